"""Who may speak to the screen's server, and what a browser may do with its pages.

Host stops a foreign name that resolves to this machine, Origin a foreign page in the same
browser. A WebSocket without an Origin is refused too: only browsers and the tests' patient speak
here, and both send one.

Source: facts/screens_and_agent.md §5.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; frame-src 'self'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """The outermost layer of the server: refuses strangers, adds the headers to every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        """Lets in only requests for one of `hosts` (`name:port`) from a page of one of them."""
        self._app = app
        self._hosts = hosts
        self._origins = frozenset(f"http://{host}" for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request or WebSocket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif self._is_allowed(Headers(scope=scope), needs_origin=scope["type"] == "websocket"):
            await self._app(scope, receive, _with_headers(send))
        else:
            await _refuse(scope, _with_headers(send))

    def _is_allowed(self, headers: Headers, *, needs_origin: bool) -> bool:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        is_host_ours = len(hosts) == 1 and hosts[0] in self._hosts
        is_origin_ours = len(origins) == 1 and origins[0] in self._origins
        return is_host_ours and (is_origin_ours or (not origins and not needs_origin))


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        # Closed before it was accepted: the browser sees a failed handshake with status 403.
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(SECURITY_HEADERS)
        await send(message)

    return send_with_headers
