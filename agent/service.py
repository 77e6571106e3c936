"""One queue and one owner thread, which no fault of a single event ends.

The link thread, the threads that wait for the eligibility source and the signal handler only
put events on the queue; the thread that calls `run` takes them off and owns the desk. It takes all
that wait, works on them in one transaction, and speaks when that is on the disk (decision 0034). A
second thread delivers, so that a slow share never delays an acknowledgement, and a third asks for
those who are looked up later. A fault in the work on one event is written down and the next event
is taken. Two things stop the agent: a store that cannot be written, because then nothing may be
acknowledged, and a link whose thread ended.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import assert_never

from agent.config import ONLY_COUNTER
from agent.delivery_rounds import DeliveryRounds
from agent.desk import Desk
from agent.desk_terms import Question
from agent.eligibility.port import EligibilityAnswer, EligibilitySource
from agent.errors import (
    EligibilityUnreachableError,
    LinkDiedError,
    MalformedQualificationError,
    StoreUnavailableError,
)
from agent.faults import guarded
from agent.forgetting import ForgettingRounds
from agent.fresh import Looked
from agent.group_commit import GroupCommit
from agent.journal import Alarm, AtCounter, Event, Journal
from agent.postponed import PostponedQuestions
from agent.retries import Retries
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
QUESTIONS_OF_A_READER = 2
"""The one before may still be asked when the next card is laid."""
MOST_QUESTIONS_AT_ONCE = 64
ASK_LATER_EVERY_S = 60.0
"""Even when nothing is known to wait."""
STOP_S = 5.0
"""For all deliveries together, and once more for the last deletion."""
RUN_AGAIN_S = 5.0
"""After a fault that nobody foresaw."""
SILENT_S = 15.0
"""It is asked for a sign of life every five seconds."""


@dataclass(frozen=True, slots=True)
class EligibilityAnswered:
    """The eligibility source has answered, or failed to."""

    question: Question
    answer: EligibilityAnswer | FailureCode
    is_fault: bool = False
    """Of the source's answer or of our own."""
    why: str | None = None
    """The source could not be reached, in a few words."""


@dataclass(frozen=True, slots=True)
class SignOfLifeWanted:
    """Somebody watches whether the main thread works."""


@dataclass(frozen=True, slots=True)
class StopWanted:
    """Somebody asked the agent to end, or it cannot go on."""

    cause: StoreUnavailableError | LinkDiedError | None


ServiceEvent = LinkUp | LinkDown | Received | EligibilityAnswered | SignOfLifeWanted | StopWanted
Tagged = tuple[str, ServiceEvent]
"""With the counter of the reader that it is about."""


class Service:
    """The running agent without its link.

    Args:
        changes: Of the desks.
        source: Asked from threads of its own.
        rounds: Of each relay; run in a thread of its own each.
        forgetting: Run in another.
        postponed: Used by another thread of its own.
        journal: Shared by all threads.
        readers: How many there are: none waits until another's patient is looked up.
    """

    def __init__(
        self,
        changes: GroupCommit,
        source: EligibilitySource,
        rounds: Sequence[DeliveryRounds],
        forgetting: ForgettingRounds,
        postponed: PostponedQuestions,
        journal: Journal,
        *,
        readers: int,
    ) -> None:
        self._changes = changes
        self._source = source
        self._rounds = rounds
        self._forgetting = forgetting
        self._postponed = postponed
        self._journal = journal
        self._supervisor = Supervisor()
        self._queue: SimpleQueue[Tagged] = SimpleQueue()
        at_once = min(readers * QUESTIONS_OF_A_READER, MOST_QUESTIONS_AT_ONCE)
        self._askers = ThreadPoolExecutor(at_once, thread_name_prefix="eligibility")
        self._has_questions = threading.Event()
        self._is_stopping = threading.Event()
        self._last_sign_s = time.monotonic()
        self.reader_reports: dict[str, DeviceReport] = {}
        """What each reader said of itself last in its session; may be read from any thread."""
        self.reader_hellos: dict[str, DeviceHello] = {}
        """How each introduced itself last; may be read from any thread."""

    def post(self, event: ServiceEvent, counter: str = ONLY_COUNTER) -> None:
        """Put an event on the queue, from any thread or signal handler."""
        self._queue.put((counter, event))

    def firmware_of(self, counter: str) -> str | None:
        """Version of that counter's reader, as it told last; from any thread."""
        hello = self.reader_hellos.get(counter)
        return hello.firmware if hello is not None else None

    def is_serving(self) -> bool:
        """Whether the main thread has given a sign of life of late; from any thread."""
        return time.monotonic() - self._last_sign_s < SILENT_S

    def ask(self, question: Question, counter: str = ONLY_COUNTER) -> None:
        """Ask the eligibility source in the background."""
        self._askers.submit(self._ask, question, counter)

    def wake_delivery(self, visit_id: bytes | None = None) -> None:
        """Something may have to be delivered, or to be asked before that; of any visit if None."""
        self._wake_rounds(None if visit_id is None else frozenset((visit_id,)))
        self._has_questions.set()

    def _wake_rounds(self, visits: Looked = None) -> None:
        for rounds in self._rounds:
            rounds.wake(visits)
        self._forgetting.wake(visits)

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
        deliveries = [self._start("delivery", rounds.run) for rounds in self._rounds]
        forgetting = self._start("forgetting", self._forgetting.run)
        postponed = self._start("postponed", self._ask_later_until_stopped)
        try:
            self._work(desks)
        finally:
            self._stop_all(deliveries, forgetting, postponed)
        self._supervisor.stopping()
        self._journal.record(Event.STOPPED)

    def _start(self, name: str, run: Callable[[], None]) -> threading.Thread:
        """Let something run beside the others until it is told to stop."""

        def run_to_the_end() -> bool:
            run()
            return True

        def run_again_after_faults() -> None:
            try:
                while not guarded(self._journal, run_to_the_end):
                    self._is_stopping.wait(RUN_AGAIN_S)
            except StoreUnavailableError as error:
                self.post(StopWanted(error))

        # Daemon: a dead share or a silent service may hold it for ever, and nothing is lost.
        thread = threading.Thread(target=run_again_after_faults, name=name, daemon=True)
        thread.start()
        return thread

    def _stop_all(
        self,
        deliveries: Sequence[threading.Thread],
        forgetting: threading.Thread,
        postponed: threading.Thread,
    ) -> None:
        ends_at_s = time.monotonic() + STOP_S
        self._is_stopping.set()
        self._has_questions.set()
        for rounds in self._rounds:
            rounds.stop()
        self._askers.shutdown(wait=False, cancel_futures=True)
        for thread in (*deliveries, postponed):
            thread.join(max(0.0, ends_at_s - time.monotonic()))
        # The last to end: what was handed over until now is deleted.
        self._forgetting.stop()
        forgetting.join(STOP_S)

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
            guarded(self._journal, act)
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
                    work = partial(self._change_for, counter, desks[counter], event)
                    guarded(self._journal, work)
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
            case EligibilityAnswered(question, answer, is_fault, why):
                desk.eligibility_answered(question, answer, is_fault=is_fault, why=why)
            case LinkUp() | SignOfLifeWanted() | StopWanted():
                pass
            case _:
                assert_never(event)

    def _ask(self, question: Question, counter: str) -> None:
        self.post(self._answer(question), counter)

    def _answer(self, question: Question) -> EligibilityAnswered:
        unreachable = FailureCode.ELIGIBILITY_UNREACHABLE
        try:
            return EligibilityAnswered(question, self._source.ask(question.query))
        except EligibilityUnreachableError as error:
            return EligibilityAnswered(question, unreachable, why=error.cause)
        except MalformedQualificationError as error:
            self._alarm(Alarm.ELIGIBILITY_MALFORMED, error.field)
        except Exception as error:  # noqa: BLE001 - the patient gets an answer in any case
            self._alarm(Alarm.INTERNAL, type(error).__name__)
        return EligibilityAnswered(question, unreachable, is_fault=True)

    def _ask_later_until_stopped(self) -> None:
        retries = Retries()
        while not self._is_stopping.is_set():
            is_clear = bool(guarded(self._journal, self._ask_postponed))
            if is_clear:
                retries.went_well()
            self._has_questions.wait(ASK_LATER_EVERY_S if is_clear else retries.pause_s())
            self._has_questions.clear()

    def _ask_postponed(self) -> bool:
        if not self._postponed.has_any():
            return True
        is_clear = self._postponed.ask_all()
        # What was answered or given up is to be delivered or deleted now.
        self._wake_rounds()
        return is_clear

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
