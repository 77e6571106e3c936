"""How many may be connected, and how long a request may take to come: files are not for strangers.

Every connection holds a descriptor, of which the agent needs some for its store, its journal and
the files of reception software. Whoever opens the port without a token could take them all.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 128
WHOLE_REQUEST_S = 5.0
"""From connecting, later from its first byte, to the last byte of a request; uvicorn's own time for
an idle connection holds between them.
"""


class BoundedConnection(H11Protocol):
    """One connection: refused where there are too many, dropped where no whole request comes."""

    _waiting: asyncio.TimerHandle | None = None
    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected."""
        if len(self.connections) >= MOST_CONNECTIONS:
            self._is_refused = True
            transport.abort()
            return
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        self._wait_no_more()
        if not self._is_refused:
            super().connection_lost(exc)

    def handle_events(self) -> None:
        """See to what has come so far."""
        super().handle_events()
        if not self._is_request_on_its_way():
            self._wait_no_more()
        elif self._waiting is None:
            self._wait()

    def _is_request_on_its_way(self) -> bool:
        """Part of one is here; what became a WebSocket has come whole, and asks nothing more."""
        if self.transport.get_protocol() is not self:
            return False
        is_begun = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        return is_begun or self.conn.their_state is h11.SEND_BODY

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(WHOLE_REQUEST_S, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
