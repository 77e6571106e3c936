"""What is happening now: who is at which reader, what does not work, what needs hands.

It listens to the journal's events as the journal itself does, so nothing can be on the board that
an auditor would not find, and nobody's name is on it. When the agent starts again readers tell anew
where their patients are, and alarms are recalled from the journal.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.clock import Clock, unix_ms
from agent.journal import Alarm, Event
from hostlink.terms import FailureCode

MOST_ALARMS = 1000
"""Beyond these one is left to the journal: the oldest `OF_A_NAME`, else the oldest."""
ANSWERING = "answering"
"""The step of a patient whom the reader goes on with after the insurance answer; it may refuse one
(decision 0043)."""
LEFT = "left"
"""The step of a patient who has taken the card."""
STEP_AFTER = {
    Event.VISIT_OPENED: "card_read",
    Event.IDENTITY_RECEIVED: "eligibility",
    Event.OPTIONS_SENT: ANSWERING,
    Event.RESULT_STORED: "card_to_be_taken",
}
"""Where the patient is, as far as the agent has a part in it; the reader itself tells the rest. Of
the answer it was sent only a reader too old to refuse one tells nothing."""


@dataclass(frozen=True, slots=True)
class PresentVisit:
    """Somebody at a reader."""

    visit_id: bytes
    opened_unix_ms: int
    step: str
    step_unix_ms: int
    """Since when."""
    is_told: bool = False
    """The reader itself tells where the patient is, and so it will tell that they have left."""
    is_accepted: bool = False
    """The reader went on with the insurance answer; false as well where it asked nothing more."""


@dataclass(frozen=True, slots=True)
class Place:
    """One reader, as far as it changes."""

    is_linked: bool = False
    since_unix_ms: int = 0
    """Since when it is there, or is not."""
    visit: PresentVisit | None = None


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """Something that staff have not settled yet; the same alarm again is counted."""

    number: int
    alarm: Alarm
    counter: str
    detail: str | None
    times: int
    first_unix_ms: int
    last_unix_ms: int
    visit: bytes | None
    """Of the last time."""
    seq: int | None


AlarmKey = tuple[Alarm, str, str | None, bytes | None, int | None]
OF_NO_VISIT = {
    Alarm.RELAY_UNAVAILABLE,
    Alarm.RELAY_REFUSED,
    Alarm.PREPARED_LOST,
    Alarm.INTERNAL,
}
"""One alarm however many visits it befalls. Any other that names a visit is about that one alone:
somebody has to see to each."""
OF_A_NAME = {Alarm.ENCODING_CHANGED, Alarm.CHARACTER_REPLACED}
"""One for each patient with a rare character, often many; they are to hide no other alarm."""


class Board:
    """The picture, for all threads.

    Args:
        counters: Of the readers.
        clock: For the moment of each event.
    """

    def __init__(self, counters: tuple[str, ...], clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        now = unix_ms(clock.now())
        self._places = {counter: Place(since_unix_ms=now) for counter in counters}
        self._alarms: dict[AlarmKey, OpenAlarm] = {}
        self._number = 0
        self._shut_relays: set[str] = set()
        self._open_relays: set[str] = set()
        self._eligibility_away_since: int | None = None
        self._eligibility_away_why: str | None = None
        self._is_eligibility_known = False
        self._choices = 0
        self._listeners: list[Callable[[], None]] = []

    def record(
        self,
        event: Event,
        *,
        visit: bytes | None = None,
        seq: int | None = None,
        failure: FailureCode | None = None,
        alarm: Alarm | None = None,
        detail: str | None = None,
        counter: str | None = None,
    ) -> None:
        """Take in an event; see `Journal.record`."""
        now = unix_ms(self._clock.now())
        with self._lock:
            self._see_reader(counter or "", event, visit, detail, now)
            self._see_eligibility(event, failure, detail, now)
            self._see_relay(event, alarm, detail)
            self.see_alarm(event, now, alarm, detail, counter or "", visit, seq)
            self._choices += event is Event.PATIENT_MATCHED
        self.tell()

    def tell(self) -> None:
        """Something has changed that no event tells, such as a parked result given up."""
        with self._lock:
            listeners = list(self._listeners)
        for tell in listeners:
            tell()

    def listen(self, tell: Callable[[], None]) -> None:
        """Call this after each event, from the thread it happened in."""
        with self._lock:
            self._listeners.append(tell)

    def places(self) -> dict[str, Place]:
        """The readers by their counters."""
        with self._lock:
            return dict(self._places)

    def alarms(self) -> list[OpenAlarm]:
        """What is open, newest first; behind all others what is `OF_A_NAME`."""
        with self._lock:
            return sorted(
                self._alarms.values(),
                key=lambda each: (each.alarm in OF_A_NAME, -each.last_unix_ms),
            )

    def open_alarm(self, number: int) -> OpenAlarm | None:
        """That one; None: nothing of that number is open."""
        with self._lock:
            return next((each for each in self._alarms.values() if each.number == number), None)

    def see_alarm(
        self,
        event: Event,
        at_unix_ms: int,
        alarm: Alarm | None,
        detail: str | None,
        counter: str,
        visit: bytes | None,
        seq: int | None,
    ) -> None:
        """Open or close an alarm, now or as it was before the agent was started."""
        with self._lock:
            match event:
                case Event.ALARM if alarm is not None:
                    self._raise(alarm, counter, visit, seq, detail, at_unix_ms)
                case Event.ALARM_SETTLED if alarm is not None:
                    self._alarms.pop(_key(alarm, counter, detail, visit, seq), None)
                case Event.RELAY_BACK if detail is not None:
                    self._take_down(detail)

    def eligibility_away_since(self) -> int | None:
        """Since when the source does not answer, milliseconds since 1970; None: it does."""
        with self._lock:
            return self._eligibility_away_since

    def eligibility_away_why(self) -> str | None:
        """Why the source did not answer last; None: it did, or nobody knows."""
        with self._lock:
            return self._eligibility_away_why

    def is_eligibility_known(self) -> bool:
        """Whether the source has answered, or failed to, since the agent was started."""
        with self._lock:
            return self._is_eligibility_known

    def choices(self) -> int:
        """How often staff chose a patient since the agent was started."""
        with self._lock:
            return self._choices

    def shut_relays(self) -> frozenset[str]:
        """Labels of the relays that take nothing for now."""
        with self._lock:
            return frozenset(self._shut_relays)

    def open_relays(self) -> frozenset[str]:
        """Labels of the relays that have taken something since the agent was started. One that is
        neither open nor shut has not been tried yet.
        """
        with self._lock:
            return frozenset(self._open_relays)

    def _see_reader(
        self, counter: str, event: Event, visit: bytes | None, detail: str | None, now: int
    ) -> None:
        place = self._places.get(counter)
        if place is None:
            return
        match event:
            case Event.LINK_UP | Event.LINK_DOWN:
                is_linked = event is Event.LINK_UP
                if is_linked is not place.is_linked:
                    place = Place(is_linked, now)
            case Event.VISIT_PROGRESSED if detail == LEFT:
                place = replace(place, visit=None)
            case Event.VISIT_PROGRESSED if visit is not None and detail is not None:
                present = _at_step(place.visit, visit, detail, now)
                place = replace(place, visit=replace(present, is_told=True))
            case _ if visit is not None and event in STEP_AFTER:
                place = replace(place, visit=_after(event, place.visit, visit, now))
        self._places[counter] = place

    def _see_eligibility(
        self, event: Event, failure: FailureCode | None, why: str | None, now: int
    ) -> None:
        is_silent = failure is FailureCode.ELIGIBILITY_UNREACHABLE
        if event is Event.ELIGIBILITY_POSTPONED or is_silent:
            self._eligibility_away_since = self._eligibility_away_since or now
            self._eligibility_away_why = why
            self._is_eligibility_known = True
        elif event in {Event.ELIGIBILITY_ANSWERED, Event.ELIGIBILITY_FAILED}:
            self._eligibility_away_since = self._eligibility_away_why = None
            self._is_eligibility_known = True

    def _see_relay(self, event: Event, alarm: Alarm | None, detail: str | None) -> None:
        """Only what happens now; what the journal recalls of relays is over."""
        if event is Event.RELAY_BACK and detail is not None:
            self._shut_relays.discard(detail)
            self._open_relays.add(detail)
        elif event is Event.ALARM and alarm is Alarm.RELAY_UNAVAILABLE:
            self._shut_relays.add(_relay_in(detail))
            self._open_relays.discard(_relay_in(detail))

    def _raise(
        self,
        alarm: Alarm,
        counter: str,
        visit: bytes | None,
        seq: int | None,
        detail: str | None,
        now: int,
    ) -> None:
        key = _key(alarm, counter, detail, visit, seq)
        before = self._alarms.pop(key, None)
        if before is None:
            self._number += 1
            before = OpenAlarm(self._number, alarm, counter, detail, 0, now, now, None, None)
        self._alarms[key] = replace(
            before, times=before.times + 1, last_unix_ms=now, visit=visit, seq=seq
        )
        if len(self._alarms) > MOST_ALARMS:
            of_a_name = (known for known in self._alarms if known[0] in OF_A_NAME)
            del self._alarms[next(of_a_name, next(iter(self._alarms)))]

    def _take_down(self, relay: str) -> None:
        """The alarms of a relay that works again."""
        for key in list(self._alarms):
            alarm, _, detail, *_ = key
            if alarm is Alarm.RELAY_UNAVAILABLE and _relay_in(detail) == relay:
                del self._alarms[key]


def _key(
    alarm: Alarm, counter: str, detail: str | None, visit: bytes | None, seq: int | None
) -> AlarmKey:
    if alarm in OF_NO_VISIT:
        return alarm, counter, detail, None, None
    return alarm, counter, detail, visit, seq


def _relay_in(detail: str | None) -> str:
    """An alarm of a relay names it, a colon and what was wrong."""
    return (detail or "").rpartition(": ")[0]


def _after(
    event: Event, present: PresentVisit | None, visit: bytes, now: int
) -> PresentVisit | None:
    """Only the first word of a visit brings somebody in: a result may come when they have left."""
    is_here = present is not None and present.visit_id == visit
    if is_here is (event is Event.VISIT_OPENED):
        return present
    if event is Event.OPTIONS_SENT and present is not None and present.is_told:
        return present
    if event is Event.RESULT_STORED and present is not None and not present.is_told:
        return None
    return _at_step(present, visit, STEP_AFTER[event], now)


def _at_step(present: PresentVisit | None, visit: bytes, step: str, now: int) -> PresentVisit:
    if present is None or present.visit_id != visit:
        return PresentVisit(visit, now, step, now, is_accepted=step == ANSWERING)
    if present.step == step:
        return present
    is_accepted = present.is_accepted or step == ANSWERING
    return replace(present, step=step, step_unix_ms=now, is_accepted=is_accepted)
