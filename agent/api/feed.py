"""News for those who stay connected: the state whenever it changes, each result as it arrives.

A result bears its arrival as the number of the event, so whoever was away goes on behind the last
one they had. The state has none: whoever comes gets it whole. Waking up is all that is passed
between threads; what is told is read from the store.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from agent.api.models import Result, State, Told
from agent.api.reading import Reading

MOST_AT_ONCE = 50
"""Results read in one go."""
LOOK_AGAIN_S = 15.0
"""Even when nothing is heard: what another process changed (parked results) is seen."""
SETTLE_S = 0.05
"""Several events of one moment make one state."""


class Feed:
    """The news; all methods but `wake` belong to the API's loop."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._news: set[asyncio.Event] = set()
        self._is_closing = False

    @property
    def followers(self) -> int:
        """How many are connected."""
        return len(self._news)

    def wake(self) -> None:
        """Something happened."""
        for news in self._news:
            news.set()

    def close(self) -> None:
        """Let everybody go."""
        self._is_closing = True
        self.wake()

    async def follow(self, after: int | None, *, is_for_staff: bool) -> AsyncIterator[Told]:
        """What happens from now on, for ever.

        Args:
            after: Begin with the results that arrived later than this; None: with those to come.
            is_for_staff: The state may name patients.
        """
        news = asyncio.Event()
        self._news.add(news)
        try:
            arrival = self._reading.newest_arrival() if after is None else after
            shown: State | None = None
            while not self._is_closing:
                news.clear()
                state = self._reading.state(is_for_staff=is_for_staff)
                if shown is None or not _is_same(state, shown):
                    shown = state
                    yield Told(event="state", data=state)
                while results := self._reading.results_after(arrival, MOST_AT_ONCE):
                    for result in results:
                        arrival = result.arrival
                        yield Told(event="result", data=result)
                await _next(news)
        finally:
            self._news.discard(news)


def event_id(told: Told) -> str | None:
    """Its number, if it has one."""
    return str(told.data.arrival) if isinstance(told.data, Result) else None


def _is_same(one: State, other: State) -> bool:
    return one.model_copy(update={"at": other.at}) == other


async def _next(news: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(news.wait(), LOOK_AGAIN_S)
    await asyncio.sleep(SETTLE_S)
