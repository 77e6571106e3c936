"""Readers are paired, renewed and unpaired while the agent serves, as staff say at the console.

One ceremony at a time, in a thread of its own; what staff see of it is one small state. The six
digits are in that state alone, and only while they are to be compared.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum, unique
from functools import partial
from queue import SimpleQueue
from typing import Protocol

from agent.errors import AgentError, ConfigError
from agent.journal import Alarm, Event, Journal
from agent.pairing import steps
from agent.pairing.conversation import Answered, CalledOff, Events
from agent.pairing.failures import Failure, PairingFailedError
from agent.pairing.place import Place
from agent.pairings import Pairing
from agent.readers import Readers

GONE_S = 90.0
"""A console that has not looked for so long is gone, and with it whoever compares. A browser lets
a page that nobody sees look once a minute."""
LOOK_EVERY_S = 5.0
END_S = 5.0
"""Longest wait for a ceremony when the agent ends."""


class CeremonyRefusedError(AgentError):
    """It cannot be done now; the text says why."""


@unique
class Kind(StrEnum):
    """What is done."""

    PAIRING = "pairing"
    RENEWAL = "renewal"
    UNPAIRING = "unpairing"


@unique
class Phase(StrEnum):
    """How far it is."""

    WAITING_FOR_BUTTON = "waiting_for_button"
    """The reader's button is to be pressed."""
    COMPARING = "comparing"
    """Both show six digits; nobody has answered here yet."""
    WAITING_FOR_READER = "waiting_for_reader"
    """Somebody said yes here."""
    WORKING = "working"
    """Renewing or unpairing: nobody is asked anything."""
    DONE = "done"
    REFUSED = "refused"


OVER = {Phase.DONE, Phase.REFUSED}
DONE = {
    Kind.PAIRING: Event.READER_PAIRED,
    Kind.RENEWAL: Event.READER_RENEWED,
    Kind.UNPAIRING: Event.READER_UNPAIRED,
}


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What staff see of it."""

    counter: str
    kind: Kind
    phase: Phase
    digits: str | None = field(default=None, repr=False)
    """Six, while they are to be compared."""
    ueid: bytes | None = None
    """Of the reader, once it is known."""
    has_reader_agreed: bool = False
    """Somebody said yes at the reader."""
    why: Failure | None = None
    """Set when it was refused."""


class Steps(Protocol):
    """As the module `agent.pairing.steps`."""

    def pair(self, place: Place, name: str, person: steps.Person, events: Events) -> Pairing:
        """Pair with the reader on the cable."""
        ...

    def renew(self, place: Place) -> Pairing:
        """Exchange both ends' keys for new ones."""
        ...

    def unpair(self, place: Place, *, is_reader_gone: bool) -> Pairing:
        """End the pairing."""
        ...


class Ceremonies:
    """What is being done with a reader now, or was last; may be used from any thread.

    Args:
        places: By their counters.
        readers: Whose cables are lent.
        journal: Told what came of it, never the digits.
        do: How it is done.
        now_s: Seconds that only go forward.
    """

    def __init__(
        self,
        places: Mapping[str, Place],
        readers: Readers,
        journal: Journal,
        do: Steps = steps,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = places
        self._readers = readers
        self._journal = journal
        self._do = do
        self._now_s = now_s
        self._lock = threading.Lock()
        # Guarded by the lock.
        self._shown: Ceremony | None = None
        self._events: Events = SimpleQueue()
        self._seen_s = 0.0
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def pair(self, counter: str, name: str, *, may_replace: bool) -> Ceremony:
        """Begin to pair; the reader's button is pressed next.

        Args:
            counter: Whose cable.
            name: What the reader calls this PC.
            may_replace: Also if another reader is paired at this counter.

        Raises:
            CeremonyRefusedError: Another ceremony goes on.
            PairingError: The reader cannot show this name.
        """
        steps.check_name(name)
        person = _AtTheConsole(self, may_replace=may_replace)

        def do(place: Place) -> Pairing:
            return self._do.pair(place, name, person, self._events)

        return self._begin(counter, Kind.PAIRING, Phase.WAITING_FOR_BUTTON, do)

    def renew(self, counter: str) -> Ceremony:
        """Begin to give both ends new keys.

        Raises:
            CeremonyRefusedError: Another ceremony goes on, or no reader is paired here.
        """
        self._need_pairing(counter)
        return self._begin(counter, Kind.RENEWAL, Phase.WORKING, self._do.renew)

    def unpair(self, counter: str, *, is_reader_gone: bool) -> Ceremony:
        """Begin to end a pairing.

        Args:
            counter: Of the reader.
            is_reader_gone: End it at this PC only.

        Raises:
            CeremonyRefusedError: As of `renew`.
        """
        self._need_pairing(counter)
        do = partial(self._do.unpair, is_reader_gone=is_reader_gone)
        return self._begin(counter, Kind.UNPAIRING, Phase.WORKING, do)

    def look(self, counter: str) -> Ceremony | None:
        """How far it is at this counter, asked by somebody who shows it; None: nothing was done."""
        with self._lock:
            if self._shown is None or self._shown.counter != counter:
                return None
            self._seen_s = self._now_s()
            return self._shown

    def running_at(self, counter: str) -> Kind | None:
        """What is being done at this counter; None: nothing is."""
        with self._lock:
            shown = self._shown
            is_here = shown is not None and shown.counter == counter and shown.phase not in OVER
            return shown.kind if shown is not None and is_here else None

    def answer(self, counter: str, *, is_same: bool) -> Ceremony:
        """Whether the reader shows the same six digits.

        Raises:
            CeremonyRefusedError: There is nothing to compare here.
        """
        with self._lock:
            shown = self._shown
            if shown is None or shown.counter != counter or shown.phase is not Phase.COMPARING:
                raise CeremonyRefusedError("there is nothing to compare here")
            if is_same:
                self._shown = shown = replace(shown, phase=Phase.WAITING_FOR_READER)
            self._events.put(Answered(is_same))
            return shown

    def call_off(self, counter: str) -> None:
        """End a pairing; what is over is forgotten.

        Raises:
            CeremonyRefusedError: It is a step that cannot be broken off, and takes seconds.
        """
        with self._lock:
            shown = self._shown
            if shown is None or shown.counter != counter:
                return
            if shown.phase in OVER:
                self._shown = None
            elif shown.kind is Kind.PAIRING:
                self._events.put(CalledOff())
            else:
                raise CeremonyRefusedError("this cannot be broken off; it takes a few seconds")

    def close(self) -> None:
        """Begin nothing any more, and let go of the cable."""
        with self._lock:
            self._is_closed = True
            self._events.put(CalledOff())
            thread = self._thread
        if thread is not None:
            thread.join(END_S)

    def end_if_nobody_looks(self) -> None:
        """Call a pairing off whose console is gone."""
        with self._lock:
            if self._now_s() - self._seen_s > GONE_S:
                self._events.put(CalledOff())

    def change(self, how: Callable[[Ceremony], Ceremony]) -> None:
        """The ceremony is further."""
        with self._lock:
            if self._shown is not None:
                self._shown = how(self._shown)

    def _need_pairing(self, counter: str) -> None:
        if not self._readers[counter].is_paired:
            raise CeremonyRefusedError("no reader is paired here")

    def _begin(
        self, counter: str, kind: Kind, phase: Phase, do: Callable[[Place], Pairing]
    ) -> Ceremony:
        with self._lock:
            if self._is_closed or (self._shown is not None and self._shown.phase not in OVER):
                raise CeremonyRefusedError("something is being done with a reader already")
            self._events = SimpleQueue()
            self._seen_s = self._now_s()
            self._shown = begun = Ceremony(counter, kind, phase)
            # Daemon: the reader may keep it waiting, and what is half done counts as not done.
            self._thread = threading.Thread(
                target=self._carry_out, args=(begun, do), name="ceremony", daemon=True
            )
        self._thread.start()
        return begun

    def _carry_out(self, begun: Ceremony, do: Callable[[Place], Pairing]) -> None:
        counter = begun.counter
        self._journal.record(Event.PAIRING_BEGUN, detail=begun.kind.value, counter=counter or None)
        over = threading.Event()
        threading.Thread(target=self._watch, args=(over,), name="ceremony", daemon=True).start()
        try:
            with self._readers.cable_of(counter):
                pairing = do(self._places[counter])
            self._succeed(begun, pairing.ueid)
        except PairingFailedError as error:
            self._fail(begun, error.why)
        except (ConfigError, OSError):
            self._fail(begun, Failure.NOT_USABLE)
        except Exception as error:  # noqa: BLE001 - one bad ceremony must not end the others
            fault = type(error).__name__
            self._journal.record(
                Event.ALARM, alarm=Alarm.INTERNAL, detail=fault, counter=counter or None
            )
            self._fail(begun, Failure.INTERNAL)
        finally:
            over.set()

    def _succeed(self, begun: Ceremony, ueid: bytes) -> None:
        self.change(lambda now: replace(now, phase=Phase.DONE, digits=None, ueid=ueid))
        self._journal.record(DONE[begun.kind], detail=ueid.hex(), counter=begun.counter or None)

    def _fail(self, begun: Ceremony, why: Failure) -> None:
        self.change(lambda now: replace(now, phase=Phase.REFUSED, digits=None, why=why))
        detail = f"{begun.kind.value}: {why.value}"
        self._journal.record(Event.PAIRING_FAILED, detail=detail, counter=begun.counter or None)

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(LOOK_EVERY_S):
            self.end_if_nobody_looks()


class _AtTheConsole:
    """A person who answers whenever they have compared."""

    def __init__(self, ceremonies: Ceremonies, *, may_replace: bool) -> None:
        self._ceremonies = ceremonies
        self._may_replace = may_replace

    def may_replace(self, others: Sequence[Pairing], ueid: bytes) -> bool:
        """As `Person.may_replace`."""
        del others, ueid
        return self._may_replace

    def compare(self, ueid: bytes, code: str) -> None:
        """As `Person.compare`."""
        self._ceremonies.change(
            lambda now: replace(now, phase=Phase.COMPARING, digits=code, ueid=ueid)
        )

    def is_asked(self, code: str) -> None:
        """As `Person.is_asked`."""
        del code
        self._ceremonies.change(lambda now: replace(now, has_reader_agreed=True))
