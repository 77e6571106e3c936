"""Which pages may speak to the API, before anybody is asked who they are.

Host stops a foreign name that resolves to this PC. Origin stops a foreign page in a browser on this
PC: only the console's own page and the pages of enrolled clients are let in. Programs send no
Origin; they are known by their token. A browser asks leave for a page from another place first
(CORS), and on top asks its user or the clinic's policy whether that page may speak to this PC
(Local Network Access). A body is read before anybody is known, so it is bounded here as well.

Source: facts/screens_and_agent.md §5 and §9.1; Fetch Standard (CORS protocol).
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
ASKED_BEFORE_S = "600"
"""How long a browser need not ask again."""
MOST_BODY_BYTES = 64 * 1024
"""A paper, the longest that is sent here, has less than a twentieth of it."""


class Guard:
    """The outermost layer: refuses strangers, adds the headers to every answer.

    Args:
        app: What is guarded.
        hosts: `name:port` under which it is reached.
        has_origin: Whether a page is an enrolled client's, asked anew each time.
    """

    def __init__(
        self, app: ASGIApp, hosts: frozenset[str], has_origin: Callable[[str], Awaitable[bool]]
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._own = frozenset(f"http://{host}" for host in hosts)
        self._has_origin = has_origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] == "http":
            receive = _bounded(receive)
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        is_host_ours = len(hosts) == 1 and hosts[0] in self._hosts
        if not is_host_ours or len(origins) > 1:
            await _refuse(scope, _with_headers(send, None))
        elif not origins or origins[0] in self._own:
            await self._app(scope, receive, _with_headers(send, None))
        elif not await self._has_origin(origins[0]):
            await _refuse(scope, _with_headers(send, None))
        elif scope["type"] == "http" and scope["method"] == "OPTIONS":
            await _allow(_with_headers(send, origins[0]))
        else:
            await self._app(scope, receive, _with_headers(send, origins[0]))


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        # Closed before it was accepted: the browser sees a failed handshake with status 403.
        await send({"type": "websocket.close", "code": 1008})
        return
    problem = b'{"type":"about:blank","title":"Forbidden","status":403,"detail":"host or origin"}'
    headers = [(b"content-type", b"application/problem+json")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": problem})


async def _allow(send: Send) -> None:
    headers = [
        (b"access-control-allow-methods", b"GET, POST, PUT"),
        (b"access-control-allow-headers", b"authorization, content-type, last-event-id"),
        (b"access-control-max-age", ASKED_BEFORE_S.encode()),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _bounded(receive: Receive) -> Receive:
    """The body, which is refused as soon as it is too long: nobody keeps the rest."""
    received = 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MOST_BODY_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too long")
        return message

    return receive_bounded


def _with_headers(send: Send, origin: str | None) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(SECURITY_HEADERS)
            headers["Vary"] = "Origin"
            if origin is not None:
                headers["Access-Control-Allow-Origin"] = origin
        await send(message)

    return send_with_headers
