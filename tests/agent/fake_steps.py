"""A reader whose part in a ceremony a test plays, and the ceremonies with it; no cable is there."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from agent.ceremonies import OVER, Ceremonies, Ceremony
from agent.config import Config
from agent.journal import Journal
from agent.pairing.conversation import Answered, CalledOff, Events, called_off
from agent.pairing.failures import Failure, PairingFailedError, refused
from agent.pairing.place import Place
from agent.pairing.steps import Person
from agent.pairings import Pairing
from agent.readers import Readers
from hostlink.terms import PairingRefusal
from tests.agent.fake_cable import FakeCounter, a_pairing
from tests.agent.running_agent import wait_until

DIGITS = "012345"
NEW_UEID = bytes([7]) * 17


class FakeSteps:
    """As the module `agent.pairing.steps`."""

    def __init__(self, counters: Mapping[str, FakeCounter]) -> None:
        self._counters = counters
        self._events: Any = None
        self._begun = threading.Event()
        self.names: list[str] = []
        """What the PC was called."""
        self.fault: Exception | None = None
        """What a renewal or an unpairing comes to."""

    def press(self) -> None:
        """The reader's button; six digits come of it."""
        self._say("pressed")

    def agree(self) -> None:
        """Somebody says yes at the reader."""
        self._say("agreed")

    def fail(self, error: Exception) -> None:
        """It comes to nothing."""
        self._say(error)

    def _say(self, word: object) -> None:
        assert self._begun.wait(10)
        self._events.put(word)

    def pair(self, place: Place, name: str, person: Person, events: Events) -> Pairing:
        """As `steps.pair`."""
        self.names.append(name)
        self._events = events
        self._begun.set()
        try:
            return self._pair(place, person, events)
        finally:
            self._begun.clear()

    def _pair(self, place: Place, person: Person, events: Events) -> Pairing:
        counter = self._counters[place.counter]
        is_agreed = is_answered = False
        while not (is_agreed and is_answered):
            heard: Any = events.get(timeout=10)
            match heard:
                case "pressed":
                    others = [] if counter.kept is None else [counter.kept]
                    if others and not person.may_replace(others, NEW_UEID):
                        raise PairingFailedError(Failure.OTHER_READER, "not paired")
                    person.compare(NEW_UEID, DIGITS)
                case "agreed":
                    is_agreed = True
                    person.is_asked(DIGITS)
                case Answered(is_same):
                    is_answered = True
                    if not is_same:
                        raise refused(PairingRefusal.DIGITS_DIFFER)
                case CalledOff():
                    raise called_off()
                case error:
                    raise error
        counter.kept = a_pairing(NEW_UEID, place.counter)
        return counter.kept

    def renew(self, place: Place) -> Pairing:
        """As `steps.renew`."""
        return self._done(place)

    def unpair(self, place: Place, *, is_reader_gone: bool) -> Pairing:
        """As `steps.unpair`."""
        ended = self._done(place) if not is_reader_gone else self._kept(place)
        self._counters[place.counter].kept = None
        return ended

    def _done(self, place: Place) -> Pairing:
        if self.fault is not None:
            raise self.fault
        return self._kept(place)

    def _kept(self, place: Place) -> Pairing:
        kept = self._counters[place.counter].kept
        assert kept is not None
        return kept


def ceremonies_of(
    counters: Mapping[str, FakeCounter],
    readers: Readers,
    journal: Journal,
    steps: FakeSteps,
    now_s: Callable[[], float] = lambda: 0.0,
) -> Ceremonies:
    """Real ones; the places have nothing but their names."""
    config = cast(Config, None)
    places = {counter: Place(config, Path(), counter) for counter in counters}
    return Ceremonies(places, readers, journal, steps, now_s)


def over(ceremonies: Ceremonies, counter: str) -> Ceremony:
    """How it ended."""
    last: list[Ceremony] = []

    def is_over() -> bool:
        shown = ceremonies.look(counter)
        last[:] = [] if shown is None else [shown]
        return shown is not None and shown.phase in OVER

    wait_until(is_over)
    return last[0]
