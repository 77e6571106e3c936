"""News for those who stay connected: server-sent events for programs, a WebSocket for pages.

A page cannot send a token with server-sent events except in an address, where it would be written
down; on a WebSocket it is a subprotocol.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocket, WebSocketDisconnect

from agent.api.callers import refused
from agent.api.clients import Client
from agent.api.feed import Feed, event_id
from agent.api.known_words import unknown_words
from agent.api.parts import LARGEST_NUMBER, PROBLEMS, Anybody, InParts, parts_of

PROTOCOL = "uketsuke.agent.v1"
"""Of the WebSocket; beside it stands `token.` with the token."""
MALFORMED = 4400
"""Close code where a word in the address is not known."""
REFUSED = 4401
"""Close code for a caller without a known token."""
TOO_MANY = 4429
"""Close code where enough are connected already, or the caller has asked too often."""
GOING_AWAY = 1001
"""Close code of an agent that ends (RFC 6455 §7.4.1)."""
router = APIRouter(tags=["events"], responses=PROBLEMS)


@router.get(
    "/events",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def server_sent_events(
    client: Anybody,
    parts: InParts,
    last_event_id: Annotated[int | None, Header(ge=0, le=LARGEST_NUMBER)] = None,
) -> EventSourceResponse:
    """Events `state`, whenever it changes, and `result`, each as it arrives: that is its id.

    With `Last-Event-ID` the results after that one come first; without it only those to come.
    """
    if not parts.feed.has_place_for(client):
        raise refused(HTTPStatus.TOO_MANY_REQUESTS, "enough are connected already")
    return EventSourceResponse(_told(parts.feed, client, last_event_id))


@router.websocket("/ws")
async def web_socket(
    browser: WebSocket, after: Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER)] = None
) -> None:
    """The same events as JSON texts {"event", "data"}; `after` is an arrival, as Last-Event-ID."""
    parts = parts_of(browser)
    await browser.accept(PROTOCOL if PROTOCOL in browser.scope["subprotocols"] else None)
    try:
        client = await parts.callers.identify_socket(browser)
    except HTTPException as error:
        is_often = error.status_code == HTTPStatus.TOO_MANY_REQUESTS
        await browser.close(TOO_MANY if is_often else REFUSED)
        return
    if unknown_words(browser):
        await browser.close(MALFORMED)
        return
    if not parts.feed.has_place_for(client):
        await browser.close(TOO_MANY)
        return
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_wait_until_left, browser, tasks.cancel_scope)
        with suppress(WebSocketDisconnect):
            async for told in parts.feed.follow(client, after):
                await browser.send_text(told.model_dump_json())
            is_known = await parts.callers.is_known_yet(client)
            await browser.close(GOING_AWAY if is_known else REFUSED)
        tasks.cancel_scope.cancel()


async def _wait_until_left(browser: WebSocket, following: anyio.CancelScope) -> None:
    """Whoever has left is no follower any more, also while nothing happens that they are told."""
    while (await browser.receive())["type"] != "websocket.disconnect":
        pass
    following.cancel()


async def _told(feed: Feed, client: Client, after: int | None) -> AsyncIterator[ServerSentEvent]:
    async for told in feed.follow(client, after):
        yield ServerSentEvent(data=told.data.model_dump_json(), event=told.event, id=event_id(told))
