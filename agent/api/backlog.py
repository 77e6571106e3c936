"""How many results wait for each relay and how many are parked, for whoever asks without a token.

They are counted as for the console, but not at every question: nobody may keep the store busy so.
"""

from agent.api.in_turn import InTurn
from agent.api.models import RelayState
from agent.api.reading import Reading
from agent.clock import Clock

COUNT_AGAIN_MS = 5_000.0
"""Prometheus asks every fifteen seconds or less often, as it is usually set."""


class Backlog:
    """The counts; belongs to the API's loop."""

    def __init__(self, reading: Reading, in_turn: InTurn, clock: Clock) -> None:
        self._reading = reading
        self._in_turn = in_turn
        self._clock = clock
        self._relays: list[RelayState] = []
        self._counted_ms: float | None = None

    async def relays(self) -> list[RelayState]:
        """As they were `COUNT_AGAIN_MS` ago or later."""
        now = self._clock.monotonic_ms()
        if self._counted_ms is None or now - self._counted_ms >= COUNT_AGAIN_MS:
            self._counted_ms = now
            self._relays = await self._in_turn.do(self._reading.relays)
        return self._relays
