"""One queue, one owner thread, and the only place where any exception is caught.

The link thread, the threads that wait for the eligibility source and the signal handler only
put events on the queue; the thread that calls `run` takes them off and owns the desk. It takes all
that wait, works on them in one transaction, and speaks when that is on the disk (decision 0034). A
second thread delivers, so that a slow share never delays an acknowledgement, and a third asks for
those who are looked up later. A fault in the
work on one event is written down and the next event is taken. Two things stop the agent: a store
that cannot be written, because then nothing may be acknowledged, and a link whose thread ended.
"""

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import assert_never

from agent.config import ONLY_COUNTER
from agent.delivery import STUCK, Delivery, Parcel
from agent.desk import Desk, Question
from agent.eligibility.port import EligibilityAnswer, EligibilitySource
from agent.errors import LinkDiedError, MalformedQualificationError, StoreUnavailableError
from agent.fresh import NOTHING, FreshVisits, Looked, both
from agent.group_commit import GroupCommit
from agent.journal import Alarm, AtCounter, Event, Journal
from agent.postponed import PostponedQuestions
from agent.supervisor import Supervisor
from hostlink.events import LinkDown, LinkUp, Received
from hostlink.messages import (
    DeviceHello,
    DeviceReport,
    IdentityProven,
    Message,
    SignedResult,
    VisitOpened,
    VisitProgressed,
)
from hostlink.terms import FailureCode

MOST_EVENTS = 64
"""Worked on in one transaction: the first of them waits for the last one."""
QUESTIONS_AT_ONCE = 2
FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 30.0
IDLE_S = 60.0
"""Even when nothing arrives: what staff want sent again is found, abandoned visits are purged."""
PURGE_EVERY_S = 1.0
"""At most so often what was delivered is deleted, which costs more than a delivery."""
DELIVERY_STOP_S = 5.0
SILENT_S = 15.0
"""It is asked for a sign of life every five seconds."""


@dataclass(frozen=True, slots=True)
class EligibilityAnswered:
    """The eligibility source has answered, or failed to."""

    question: Question
    answer: EligibilityAnswer | FailureCode
    is_fault: bool
    """Of the source's answer or of our own."""


@dataclass(frozen=True, slots=True)
class SignOfLifeWanted:
    """Somebody watches whether the main thread works."""


@dataclass(frozen=True, slots=True)
class StopWanted:
    """Somebody asked the agent to end, or it cannot go on."""

    cause: StoreUnavailableError | LinkDiedError | None


@dataclass(slots=True)
class _Round:
    """What came of the parcels so far."""

    is_clear: bool = True
    shut: set[str] = field(default_factory=set)
    """Relays that take nothing in this round."""
    stuck: dict[str, Parcel] = field(default_factory=dict)
    """By relay, what it has not taken for long; perhaps it takes others."""


ServiceEvent = LinkUp | LinkDown | Received | EligibilityAnswered | SignOfLifeWanted | StopWanted
Tagged = tuple[str, ServiceEvent]
"""With the counter of the reader that it is about."""


class Service:
    """The running agent without its link.

    Args:
        changes: Of the desks.
        source: Asked from threads of its own.
        delivery: Used by a thread of its own.
        postponed: Used by another thread of its own.
        journal: Shared by all threads.
        forget: Deletes what was kept long enough; called by the thread of the delivery.
    """

    def __init__(
        self,
        changes: GroupCommit,
        source: EligibilitySource,
        delivery: Delivery,
        postponed: PostponedQuestions,
        journal: Journal,
        forget: Callable[[], bool] = lambda: True,
    ) -> None:
        self._changes = changes
        self._forget = forget
        self._source = source
        self._delivery = delivery
        self._postponed = postponed
        self._journal = journal
        self._supervisor = Supervisor()
        self._queue: SimpleQueue[Tagged] = SimpleQueue()
        self._askers = ThreadPoolExecutor(QUESTIONS_AT_ONCE, thread_name_prefix="eligibility")
        self._fresh = FreshVisits()
        self._has_parcels = threading.Event()
        self._has_questions = threading.Event()
        self._is_stopping = threading.Event()
        self._faulty: set[Parcel] = set()
        """Parcels that staff have already been told about."""
        self._last_sign_s = time.monotonic()
        self.reader_reports: dict[str, DeviceReport] = {}
        """What each reader said of itself last in its session; may be read from any thread."""
        self.reader_hellos: dict[str, DeviceHello] = {}
        """How each introduced itself last; may be read from any thread."""

    def post(self, event: ServiceEvent, counter: str = ONLY_COUNTER) -> None:
        """Put an event on the queue, from any thread or signal handler."""
        self._queue.put((counter, event))

    def is_serving(self) -> bool:
        """Whether the main thread has given a sign of life of late; from any thread."""
        return time.monotonic() - self._last_sign_s < SILENT_S

    def ask(self, question: Question, counter: str = ONLY_COUNTER) -> None:
        """Ask the eligibility source in the background."""
        self._askers.submit(self._ask, question, counter)

    def wake_delivery(self, visit_id: bytes | None = None) -> None:
        """Something may have to be delivered, or to be asked before that; of any visit if None."""
        self._fresh.add(None if visit_id is None else frozenset((visit_id,)))
        self._has_parcels.set()
        self._has_questions.set()

    def run(self, desks: Mapping[str, Desk]) -> None:
        """Work until somebody wants to stop.

        Args:
            desks: One for each reader, by its counter.

        Raises:
            StoreUnavailableError: Nothing can be kept durably any more.
            LinkDiedError: No reader can be heard any more.
        """
        self._journal.record(Event.STARTED)
        self._supervisor.ready()
        # Daemon: a dead share may hold it for ever, and what is prepared survives anyway.
        delivery = threading.Thread(
            target=self._deliver_until_stopped, name="delivery", daemon=True
        )
        delivery.start()
        # Daemon: it may wait for an answer, and what is not asked yet is in the store.
        postponed = threading.Thread(
            target=self._ask_later_until_stopped, name="postponed", daemon=True
        )
        postponed.start()
        try:
            self._work(desks)
        finally:
            self._is_stopping.set()
            self.wake_delivery()
            self._askers.shutdown(wait=False, cancel_futures=True)
            for thread in (delivery, postponed):
                thread.join(DELIVERY_STOP_S)
        self._supervisor.stopping()
        self._journal.record(Event.STOPPED)

    def _work(self, desks: Mapping[str, Desk]) -> None:
        stop: StopWanted | None = None
        while stop is None:
            stop = self._work_on(self._next_events(), desks)
        if stop.cause is not None:
            raise stop.cause

    def _next_events(self) -> list[Tagged]:
        """All that wait, at least one."""
        events = [self._queue.get()]
        with suppress(Empty):
            while len(events) < MOST_EVENTS:
                events.append(self._queue.get_nowait())
        return events

    def _work_on(self, events: Sequence[Tagged], desks: Mapping[str, Desk]) -> StopWanted | None:
        """Change the store once for all of them, then say what is to be said.

        Returns:
            What told to stop, if something did; the events before it are done.
        """
        with self._changes.together():
            stop = self._change(events, desks)
        for act in self._changes.due():
            self._guarded(act)
        return stop

    def _change(self, events: Sequence[Tagged], desks: Mapping[str, Desk]) -> StopWanted | None:
        for counter, event in events:
            match event:
                case StopWanted():
                    return event
                case SignOfLifeWanted():
                    self._last_sign_s = time.monotonic()
                    self._supervisor.alive()
                case _:
                    self._guarded(partial(self._change_for, counter, desks[counter], event))
        return None

    def _change_for(self, counter: str, desk: Desk, event: ServiceEvent) -> None:
        with self._changes.event():
            self._handle(counter, desk, event)

    def _handle(self, counter: str, desk: Desk, event: ServiceEvent) -> None:
        match event:
            case LinkUp(peer=DeviceHello() as peer):
                self.reader_hellos[counter] = peer
                desk.reader_arrived(peer)
            case LinkDown(reason=reason):
                self.reader_reports.pop(counter, None)
                AtCounter(self._journal, counter).record(
                    Event.LINK_DOWN, detail=reason.name.lower()
                )
            case Received(message=DeviceReport() as report):
                self.reader_reports[counter] = report
            case Received(message=message):
                _dispatch(desk, message)
            case EligibilityAnswered(question, answer, is_fault):
                desk.eligibility_answered(question, answer, is_fault=is_fault)
            case LinkUp() | SignOfLifeWanted() | StopWanted():
                pass
            case _:
                assert_never(event)

    def _ask(self, question: Question, counter: str) -> None:
        answer: EligibilityAnswer | FailureCode = FailureCode.ELIGIBILITY_UNREACHABLE
        is_fault = True
        try:
            answer = self._source.ask(question.query)
            is_fault = False
        except MalformedQualificationError as error:
            self._alarm(Alarm.ELIGIBILITY_MALFORMED, error.field)
        except Exception as error:  # noqa: BLE001 - the patient gets an answer in any case
            self._alarm(Alarm.INTERNAL, type(error).__name__)
        self.post(EligibilityAnswered(question, answer, is_fault), counter)

    def _deliver_until_stopped(self) -> None:
        try:
            self._deliver_in_rounds()
        except StoreUnavailableError as error:
            self.post(StopWanted(error))

    def _deliver_in_rounds(self) -> None:
        retry_s = FIRST_RETRY_S
        looked_at_all_s = purged_s = -math.inf
        unpurged: Looked = NOTHING
        while not self._is_stopping.is_set():
            self._has_parcels.clear()
            now_s = time.monotonic()
            visits = self._fresh.take() if now_s - looked_at_all_s < IDLE_S else None
            if visits is None:
                looked_at_all_s = now_s
            is_clear = self._deliver_all(visits)
            unpurged = both(unpurged, visits)
            if now_s - purged_s >= PURGE_EVERY_S:
                purged_s = now_s
                is_purged = self._purge(unpurged)
                unpurged = NOTHING if is_purged else unpurged
                is_clear &= is_purged
            if not is_clear:
                # What is left goes before anything new.
                self._fresh.add(None)
            retry_s = FIRST_RETRY_S if is_clear else min(retry_s * 2, LONGEST_RETRY_S)
            pause_s = looked_at_all_s + IDLE_S - now_s if is_clear else retry_s
            self._has_parcels.wait(pause_s if unpurged == NOTHING else min(pause_s, PURGE_EVERY_S))
        self._purge(unpurged)

    def _purge(self, visits: Looked) -> bool:
        is_purged = bool(self._guarded(partial(self._delivery.purge, visits)))
        if visits is None:
            is_purged &= bool(self._guarded(self._forget))
        return is_purged

    def _ask_later_until_stopped(self) -> None:
        retry_s = FIRST_RETRY_S
        while not self._is_stopping.is_set():
            self._has_questions.clear()
            try:
                is_clear = bool(self._guarded(self._ask_postponed))
            except StoreUnavailableError as error:
                self.post(StopWanted(error))
                return
            retry_s = FIRST_RETRY_S if is_clear else min(retry_s * 2, LONGEST_RETRY_S)
            self._has_questions.wait(IDLE_S if is_clear else retry_s)

    def _ask_postponed(self) -> bool:
        if not self._postponed.has_any():
            return True
        is_clear = self._postponed.ask_all()
        # What was answered or given up is to be delivered or deleted now.
        self._fresh.add(None)
        self._has_parcels.set()
        return is_clear

    def _deliver_all(self, visits: Looked) -> bool:
        """One round over all parcels of these visits; one bad parcel stops no other."""
        so_far = _Round()
        for bundle in self._delivery.bundles(visits):
            if bundle[0].relay in so_far.shut or self._is_stopping.is_set():
                continue
            if not self._deliver_together(bundle):
                for parcel in bundle:
                    self._deliver_in(so_far, parcel)
        return so_far.is_clear

    def _deliver_together(self, bundle: Sequence[Parcel]) -> bool:
        """As `Delivery.deliver_together`; what is wrong shows when each is delivered by itself."""
        try:
            return self._delivery.deliver_together(bundle)
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - one bad parcel must not stop the others
            return False

    def _deliver_in(self, so_far: "_Round", parcel: Parcel) -> None:
        if parcel.relay in so_far.shut or self._is_stopping.is_set():
            return
        is_delivered = self._deliver(parcel)
        so_far.is_clear &= is_delivered is True
        if is_delivered and parcel.relay in so_far.stuck:
            # The relay takes others: what it did not take for so long is not its fault.
            self._delivery.park(so_far.stuck.pop(parcel.relay), STUCK)
        elif is_delivered is False:
            is_suspect = parcel.relay not in so_far.stuck and self._delivery.has_failed_long(parcel)
            if is_suspect:
                so_far.stuck[parcel.relay] = parcel
            else:
                so_far.shut.add(parcel.relay)

    def _deliver(self, parcel: Parcel) -> bool | None:
        """As `Delivery.deliver`; None after a fault that only concerns this parcel."""
        try:
            is_delivered = self._delivery.deliver(parcel)
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad parcel must not stop the others
            if parcel not in self._faulty:
                self._faulty.add(parcel)
                self._journal.record(
                    Event.ALARM,
                    alarm=Alarm.INTERNAL,
                    visit=parcel.visit_id,
                    seq=parcel.seq,
                    detail=f"{parcel.relay}: {type(error).__name__}",
                )
            return None
        self._faulty.discard(parcel)
        return is_delivered

    def _guarded(self, work: Callable[[], bool | None]) -> bool | None:
        try:
            return work()
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad event must not end the service
            self._alarm(Alarm.INTERNAL, type(error).__name__)
            return False

    def _alarm(self, alarm: Alarm, detail: str) -> None:
        self._journal.record(Event.ALARM, alarm=alarm, detail=detail)


def _dispatch(desk: Desk, message: Message) -> None:
    match message:
        case VisitOpened():
            desk.visit_opened(message)
        case IdentityProven():
            desk.identity_proven(message)
        case SignedResult():
            desk.result_arrived(message)
        case VisitProgressed():
            desk.visit_progressed(message)
        case _:
            pass  # The link lets no other kind through.
