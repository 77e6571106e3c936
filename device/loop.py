"""The one thread that owns the visit: takes events from a queue, in order, one at a time.

Everything else — card, camera, screen, cable — posts events and waits for nobody.
"""

import queue
import threading
import time
from collections.abc import Iterator
from typing import Protocol

from device.journal import Journal
from device.visit.effects import Effect, StartTimer, TellAgent
from device.visit.events import Event, TimedOut, TimeRunsShort
from device.visit.machine import advance, begin
from device.visit.policy import VisitPolicy
from device.visit.progress import progress
from device.visit.state import Idle, OutOfService, State, VisitState
from hostlink.messages import VisitProgressed


class EffectPerformer(Protocol):
    """Whoever makes the effects happen."""

    def perform(self, effect: Effect) -> None:
        """Do it, or start doing it; must return quickly."""
        ...


class VisitLoop:
    """Runs the visit machine until it is stopped."""

    def __init__(self, policy: VisitPolicy, journal: Journal) -> None:
        self._policy = policy
        self._journal = journal
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._due: list[tuple[float, Event]] = []
        """Monotonic seconds and what happens then, if nothing else does; the first comes first."""
        self._thread: threading.Thread | None = None
        self._state, self._begun = begin()
        self._told: VisitProgressed | None = None
        """Where the agent was last told that a patient is."""

    def start(self, performer: EffectPerformer) -> None:
        """Begin; from now on effects reach `performer`, all from the same thread."""
        self._thread = threading.Thread(
            target=self._run, args=(performer,), name="visit", daemon=True
        )
        self._thread.start()

    def post(self, event: Event) -> None:
        """Add an event; may be called from any thread and never blocks."""
        self._events.put(event)

    @property
    def is_running(self) -> bool:
        """Whether the thread lives; it ends at `stop`, or when an effect raised an error."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_idle(self) -> bool:
        """Whether the page before the next patient is shown, or the one for a broken reader."""
        return isinstance(self._state, Idle | OutOfService)

    def stop(self) -> None:
        """Finish the event in hand and end the thread."""
        self._events.put(None)
        if self._thread:
            self._thread.join()

    def _run(self, performer: EffectPerformer) -> None:
        self._perform(performer, self._begun)
        while (event := self._next()) is not None:
            before = self._state
            self._state, effects = advance(before, event, self._policy)
            self._note(before, event, self._state)
            self._told, news = progress(self._told, event, self._state)
            # News come last: the visit waits for none of them.
            self._perform(performer, (*effects, *map(TellAgent, news)))

    def _next(self) -> Event | None:
        """The next event; when the turn's time is over, or nearly, that is the event."""
        if not self._due:
            return self._events.get()
        at_s, event = self._due[0]
        try:
            return self._events.get(timeout=max(0.0, at_s - time.monotonic()))
        except queue.Empty:
            del self._due[0]
            return event

    def _note(self, before: State, event: Event, after: State) -> None:
        known = next((s for s in (after, before) if isinstance(s, VisitState)), None)
        self._journal.note(
            event=type(event).__name__,
            before=type(before).__name__,
            after=type(after).__name__,
            turn=after.turn,
            visit_id=known.visit.visit_id if known else b"",
        )

    def _perform(self, performer: EffectPerformer, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, StartTimer):
                self._due = list(_due(effect))
            else:
                performer.perform(effect)


def _due(timer: StartTimer) -> Iterator[tuple[float, Event]]:
    ends_at_s = time.monotonic() + timer.after_s
    if timer.warn_s:
        yield ends_at_s - timer.warn_s, TimeRunsShort(timer.turn)
    yield ends_at_s, TimedOut(timer.turn)
