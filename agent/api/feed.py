"""News for those who stay connected: the state whenever it changes, each result as it arrives.

A result bears its arrival as the number of the event, so whoever was away goes on behind the last
one they had. The state has none: whoever comes gets it whole. Waking up is all that is passed
between threads; what is told is read from the store, and the state once for all who are told it.
Whoever is revoked is told nothing more.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from agent.api.callers import Callers
from agent.api.clients import Client, Role
from agent.api.in_turn import InTurn
from agent.api.models import Result, State, Told
from agent.api.reading import Reading

MOST_AT_ONCE = 50
"""Results read in one go."""
MOST_FOLLOWERS = 32
MOST_OF_SOFTWARE = 24
"""The other places are for staff."""
MOST_OF_ONE = 4
LOOK_AGAIN_S = 15.0
"""Even when nothing is heard: what another process changed (parked results, clients) is seen."""
SETTLE_S = 0.05
"""Several events of one moment make one state."""


class Feed:
    """The news; all methods but `wake` belong to the API's loop.

    Args:
        reading: What is told.
        in_turn: The thread that reads.
        callers: Who may be told.
    """

    def __init__(self, reading: Reading, in_turn: InTurn, callers: Callers) -> None:
        self._reading = reading
        self._in_turn = in_turn
        self._callers = callers
        self._news: set[asyncio.Event] = set()
        self._places = Counter[tuple[Role, str]]()
        self._changes = 0
        self._states: dict[bool, tuple[int, State]] = {}
        """With and without names: after how many changes it was read."""
        self._is_closing = False

    def has_place_for(self, client: Client) -> bool:
        """Whether one more connection of this client can be told."""
        taken = Counter[Role]()
        for (role, _), places in self._places.items():
            taken[role] += places
        most = MOST_FOLLOWERS if client.role is Role.STAFF else MOST_OF_SOFTWARE
        return (
            taken.total() < MOST_FOLLOWERS
            and taken[client.role] < most
            and self._places[client.role, client.name] < MOST_OF_ONE
        )

    @property
    def followers(self) -> int:
        """How many are connected."""
        return self._places.total()

    def wake(self) -> None:
        """Something happened."""
        self._changes += 1
        for news in self._news:
            news.set()

    def close(self) -> None:
        """Let everybody go."""
        self._is_closing = True
        self.wake()

    async def follow(self, client: Client, after: int | None) -> AsyncIterator[Told]:
        """What happens from now on, until the client is revoked; nothing where there is no place.

        Args:
            client: Who is told: names of patients at the readers only if they are staff.
            after: Begin with the results that arrived later than this; None: with those to come.
        """
        if not self.has_place_for(client):
            return
        place = client.role, client.name
        news = asyncio.Event()
        self._news.add(news)
        self._places[place] += 1
        try:
            arrival = after
            if arrival is None:
                arrival = await self._in_turn.do(self._reading.newest_arrival)
            shown: State | None = None
            while await self._goes_on_for(client):
                news.clear()
                state = await self._state(is_for_staff=client.role is Role.STAFF)
                if shown is None or not _is_same(state, shown):
                    shown = state
                    yield Told(event="state", data=state)
                while results := await self._results_after(arrival):
                    for result in results:
                        if not await self._goes_on_for(client):
                            return
                        arrival = result.arrival
                        yield Told(event="result", data=result)
                await self._next(news)
        finally:
            self._news.discard(news)
            self._places[place] -= 1

    async def _goes_on_for(self, client: Client) -> bool:
        return not self._is_closing and await self._callers.is_known_yet(client)

    async def _results_after(self, arrival: int) -> list[Result]:
        return await self._in_turn.do(self._reading.results_after, arrival, MOST_AT_ONCE)

    async def _state(self, *, is_for_staff: bool) -> State:
        changes, state = self._states.get(is_for_staff, (-1, None))
        if state is None or changes != self._changes:
            changes = self._changes
            state = await self._in_turn.do(self._reading.state, is_for_staff=is_for_staff)
            self._states[is_for_staff] = changes, state
        return state

    async def _next(self, news: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(news.wait(), LOOK_AGAIN_S)
        except TimeoutError:
            self._changes += 1
        await asyncio.sleep(SETTLE_S)


def event_id(told: Told) -> str | None:
    """Its number, if it has one."""
    return str(told.data.arrival) if isinstance(told.data, Result) else None


def _is_same(one: State, other: State) -> bool:
    return one.model_copy(update={"at": other.at}) == other
