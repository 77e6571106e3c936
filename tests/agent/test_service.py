"""The running service survives every fault but one: when nothing can be kept any more."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from queue import Queue

import pytest

from agent import service as service_module
from agent.delivery import Delivery, DeliveryTerms
from agent.desk import Desk, DeskDoors, DeskTerms
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery
from agent.errors import (
    MalformedQualificationError,
    RelayUnavailableError,
    StoreUnavailableError,
)
from agent.inbox import Inbox
from agent.journal import Alarm, Event
from agent.relays.port import Prepared, Reception
from agent.service import Service, StopWanted
from agent.store import Store
from agent.trust import CardTrust
from agent.visits import Visits
from hostlink.events import LinkDown, LinkUp, Received
from hostlink.link import ResetReason
from hostlink.messages import (
    DeviceHello,
    Message,
    ResultAcknowledged,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
    VisitRefused,
)
from hostlink.terms import CardKind, ConsentItem, FailureCode
from tests.agent.world import (
    AUDIENCE,
    INSTITUTION,
    RECORD,
    ROOTS,
    VISIT_ID,
    HeardJournal,
    SigningReader,
    ToldClock,
    abandoned,
    authority,
    card,
    completed,
    receive_visit,
)
from tests.hostlink.pki import UEID

PATIENCE_S = 5.0
OTHER_VISIT = b"o" * 16
ANSWER = EligibilityAnswer(RECORD, is_registered=True, consents=tuple(ConsentItem))


class ToldSource:
    """An eligibility source that does what it is told."""

    def __init__(self) -> None:
        self.answers: list[EligibilityAnswer | FailureCode | Exception] = []

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Nothing to give back."""


class ToldRelay:
    """A relay that does what it is told."""

    def __init__(self) -> None:
        self.faults: list[Exception] = []
        self.delivered: Queue[int] = Queue()

    def prepare(self, reception: Reception) -> Prepared:
        if self.faults:
            raise self.faults.pop(0)
        return Prepared(str(reception.seq), is_encoding_changed=False)

    def commit(self, token: str) -> str:
        self.delivered.put(int(token))
        return token


class Bench:
    """A service that runs in a thread, and the reader's side of the link as a queue."""

    def __init__(self, database: Path) -> None:
        self.source = ToldSource()
        self.relay = ToldRelay()
        self.journal = HeardJournal()
        self.said: Queue[Message] = Queue()
        self.store = Store(database)
        clock = ToldClock()
        terms = DeliveryTerms(INSTITUTION, ROOTS, timedelta(days=7))
        delivery = Delivery(Store(database), {"told": self.relay}, terms, self.journal, clock)
        self.service = Service(self.source, delivery, self.journal)
        self.desk = Desk(
            DeskTerms(AUDIENCE, INSTITUTION, ROOTS, CardTrust([authority().certificate])),
            Visits(self.store),
            Inbox(self.store),
            DeskDoors(self._send, self.service.ask, self.service.wake_delivery),
            self.journal,
            clock,
        )
        self.error: StoreUnavailableError | None = None
        self._thread = threading.Thread(target=self._run)

    def _send(self, message: Message) -> bool:
        self.said.put(message)
        return True

    def _run(self) -> None:
        try:
            self.service.run(self.desk)
        except StoreUnavailableError as error:
            self.error = error

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.service.post(StopWanted(None))
        self.wait_stopped()

    def wait_stopped(self) -> None:
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def tell(self, message: Message) -> Message:
        """The reader says something; what the agent answers."""
        self.service.post(Received(message))
        return self.said.get(timeout=PATIENCE_S)

    def open_visit(self) -> VisitChallenge:
        answer = self.tell(VisitOpened(VISIT_ID, CardKind.MY_NUMBER))
        assert isinstance(answer, VisitChallenge)
        return answer


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(service_module, "FIRST_RETRY_S", 0.01)
    made = Bench(tmp_path / "agent.sqlite3")
    yield made
    made.stop()


def test_a_whole_visit(bench: Bench) -> None:
    bench.start()
    bench.service.post(LinkUp(DeviceHello(1, 1, UEID, "0.1.0", 7, 1)))
    bench.source.answers = [ANSWER]
    challenge = bench.open_visit()
    assert isinstance(bench.tell(card().prove(challenge)), VisitOptions)
    result = SigningReader().sign(completed(challenge.nonce))
    assert bench.tell(result) == ResultAcknowledged(1)
    assert bench.relay.delivered.get(timeout=PATIENCE_S) == 1
    bench.service.post(LinkDown(next(iter(ResetReason))))
    bench.stop()
    assert bench.journal.events[0] is Event.STARTED
    assert Event.LINK_DOWN in bench.journal.events
    assert bench.journal.events[-1] is Event.STOPPED
    assert bench.journal.alarms == []


@pytest.mark.parametrize(
    ("fault", "alarm"),
    [
        (MalformedQualificationError("name"), Alarm.ELIGIBILITY_MALFORMED),
        (ZeroDivisionError("a fault of ours"), Alarm.INTERNAL),
    ],
)
def test_the_patient_gets_an_answer_when_the_source_breaks(
    bench: Bench, fault: Exception, alarm: Alarm
) -> None:
    bench.start()
    bench.source.answers = [fault]
    answer = bench.tell(card().prove(bench.open_visit()))
    assert answer == VisitRefused(VISIT_ID, FailureCode.ELIGIBILITY_UNREACHABLE)
    assert bench.journal.alarms == [alarm]


def test_a_fault_with_one_message_does_not_stop_the_next(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.start()

    def fail(_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(bench.desk, "visit_opened", fail)
        bench.service.post(Received(VisitOpened(VISIT_ID, CardKind.MY_NUMBER)))
        assert bench.tell(SigningReader().sign(abandoned())) == ResultAcknowledged(1)
    assert isinstance(bench.open_visit(), VisitChallenge)
    assert bench.journal.alarms == [Alarm.INTERNAL]


def test_a_relay_that_comes_back_gets_everything(bench: Bench) -> None:
    reader = SigningReader()
    for visit_id in (VISIT_ID, OTHER_VISIT):
        receive_visit(bench.store, reader, visit_id)
    bench.relay.faults = [RelayUnavailableError("ENOENT")] * 3
    bench.start()
    assert [bench.relay.delivered.get(timeout=PATIENCE_S) for _ in range(2)] == [1, 2]
    assert bench.journal.alarms == [Alarm.RELAY_UNAVAILABLE]


def test_a_fault_of_a_relay_is_told_and_tried_again(bench: Bench) -> None:
    receive_visit(bench.store, SigningReader())
    bench.relay.faults = [ZeroDivisionError()]
    bench.start()
    assert bench.relay.delivered.get(timeout=PATIENCE_S) == 1
    assert bench.journal.alarms == [Alarm.INTERNAL]


def break_owners_store(bench: Bench) -> None:
    bench.start()
    bench.open_visit()
    bench.store.rows("PRAGMA query_only = ON")
    bench.service.post(Received(SigningReader().sign(abandoned())))


def break_deliverys_store(bench: Bench) -> None:
    bench.store.change("DROP TABLE deliveries")
    bench.start()


@pytest.mark.parametrize("break_store", [break_owners_store, break_deliverys_store])
def test_it_stops_when_nothing_can_be_kept(
    bench: Bench, break_store: Callable[[Bench], None]
) -> None:
    break_store(bench)
    bench.wait_stopped()
    assert bench.error is not None
    assert bench.said.empty()
    assert Event.STOPPED not in bench.journal.events
