"""News for those who stay connected: server-sent events for programs, a WebSocket for pages.

A page cannot send a token with server-sent events except in an address, where it would be written
down; on a WebSocket it is a subprotocol.
"""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocket, WebSocketDisconnect

from agent.api.callers import refused
from agent.api.clients import Client, Role
from agent.api.feed import Feed, event_id
from agent.api.parts import LARGEST_NUMBER, PROBLEMS, Anybody, InParts, parts_of

PROTOCOL = "uketsuke.agent.v1"
"""Of the WebSocket; beside it stands `token.` with the token."""
REFUSED = 4401
"""Close code for a caller without a known token."""
TOO_MANY = 4429
"""Close code where enough are connected already."""
MOST_FOLLOWERS = 32
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
    if parts.feed.followers >= MOST_FOLLOWERS:
        raise refused(HTTPStatus.TOO_MANY_REQUESTS, "enough are connected already")
    return EventSourceResponse(_told(parts.feed, client, last_event_id))


@router.websocket("/ws")
async def web_socket(browser: WebSocket, after: int | None = None) -> None:
    """The same events as JSON texts {"event", "data"}; `after` is an arrival, as Last-Event-ID."""
    parts = parts_of(browser)
    await browser.accept(PROTOCOL if PROTOCOL in browser.scope["subprotocols"] else None)
    try:
        client = parts.callers.identify_socket(browser)
    except HTTPException:
        await browser.close(REFUSED)
        return
    if parts.feed.followers >= MOST_FOLLOWERS:
        await browser.close(TOO_MANY)
        return
    try:
        async for told in parts.feed.follow(after, is_for_staff=client.role is Role.STAFF):
            await browser.send_text(told.model_dump_json())
    except WebSocketDisconnect:
        return
    await browser.close()


async def _told(feed: Feed, client: Client, after: int | None) -> AsyncIterator[ServerSentEvent]:
    async for told in feed.follow(after, is_for_staff=client.role is Role.STAFF):
        yield ServerSentEvent(data=told.data.model_dump_json(), event=told.event, id=event_id(told))
