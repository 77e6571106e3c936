"""How many may be connected, and how long somebody may say nothing: files are not for strangers.

Every connection holds a descriptor, of which the agent needs some for its store, its journal and
the files of reception software. Whoever opens the port without a token could take them all.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 128
FIRST_REQUEST_S = 5.0
"""From connecting to a whole request; afterwards uvicorn's own time for an idle one holds."""


class BoundedConnection(H11Protocol):
    """One connection: refused where there are too many, dropped where no request comes."""

    _waiting: asyncio.TimerHandle | None = None
    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected."""
        if len(self.connections) >= MOST_CONNECTIONS:
            self._is_refused = True
            transport.abort()
            return
        super().connection_made(transport)
        self._waiting = self.loop.call_later(FIRST_REQUEST_S, self._drop_if_silent)

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        if self._waiting is not None:
            self._waiting.cancel()
        if not self._is_refused:
            super().connection_lost(exc)

    def _drop_if_silent(self) -> None:
        cycle: Any = self.cycle
        if cycle is None:
            self.transport.abort()
