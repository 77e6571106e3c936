"""Who calls: the token of an enrolled client, from the page it is bound to, not too often."""

from http import HTTPStatus

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from agent.api.clients import Client, Clients
from agent.api.in_turn import InTurn

REQUESTS = RateLimitItemPerMinute(600)
"""Of one client: software that asks ten times a second has a fault."""
UNKNOWN_TOKENS = RateLimitItemPerMinute(30)
"""Of everybody together."""
TOKEN_PREFIX = "token."  # noqa: S105 - a word of the protocol


class Callers:
    """Lets clients in.

    Args:
        clients: Those who are enrolled.
        in_turn: The thread of the store.
        own_origins: Of the console's page.
    """

    def __init__(self, clients: Clients, in_turn: InTurn, own_origins: frozenset[str]) -> None:
        self._clients = clients
        self._in_turn = in_turn
        self._own_origins = own_origins
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def identify(self, token: str | None, connection: HTTPConnection) -> Client:
        """Whose request this is.

        Raises:
            HTTPException: 401 without a known token, 403 from a page that is not the client's, 429
                too often.
        """
        if token is None:
            raise refused(HTTPStatus.UNAUTHORIZED, "a token is needed")
        client = await self._in_turn.do(self._clients.find, token)
        if client is None:
            if not self._limiter.hit(UNKNOWN_TOKENS):
                raise refused(HTTPStatus.TOO_MANY_REQUESTS, "too many unknown tokens")
            raise refused(HTTPStatus.UNAUTHORIZED, "the token is not known here")
        origin = connection.headers.get("origin")
        if origin is not None and origin not in self._origins_of(client):
            raise refused(HTTPStatus.FORBIDDEN, "the token belongs to another page")
        if not self._limiter.hit(REQUESTS, client.name):
            raise refused(HTTPStatus.TOO_MANY_REQUESTS, "too many requests")
        return client

    async def is_known_yet(self, client: Client) -> bool:
        """Whether somebody who stays connected is enrolled yet."""
        return await self._in_turn.do(self._clients.knows, client)

    async def identify_socket(self, socket: WebSocket) -> Client:
        """Whose WebSocket this is: a program's by its header, a page's by a subprotocol.

        Raises:
            HTTPException: As of `identify`.
        """
        scheme, _, token = socket.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await self.identify(token, socket)
        offered: list[str] = socket.scope["subprotocols"]
        tokens = [each for each in offered if each.startswith(TOKEN_PREFIX)]
        token_offered = tokens[0].removeprefix(TOKEN_PREFIX) if tokens else None
        return await self.identify(token_offered, socket)

    def _origins_of(self, client: Client) -> frozenset[str]:
        return self._own_origins if client.origin is None else frozenset({client.origin})


def refused(status: HTTPStatus, detail: str) -> HTTPException:
    """Why a request comes to nothing."""
    headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
    return HTTPException(status, detail, headers)
