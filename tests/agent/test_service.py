"""The running service survives every fault but one: when nothing can be kept any more."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from queue import Empty

import pytest

from agent import forgetting, retries
from agent import service as service_module
from agent.config import ONLY_COUNTER
from agent.delivery import STUCK
from agent.delivery_rounds import DeliveryRounds
from agent.eligibility.port import EligibilityAnswer
from agent.errors import (
    EligibilityUnreachableError,
    LinkDiedError,
    MalformedQualificationError,
    RelayUnavailableError,
    StoreUnavailableError,
)
from agent.failing import STUCK_AFTER
from agent.journal import Alarm, Event
from agent.service import StopWanted
from hostlink.events import LinkDown, LinkUp, Received
from hostlink.link import ResetReason
from hostlink.messages import (
    DeviceHello,
    ResultAcknowledged,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
    VisitProgressed,
    VisitRefused,
)
from hostlink.terms import CardKind, ConsentItem, FailureCode, VisitStep
from tests.agent.running_agent import wait_until
from tests.agent.service_bench import PATIENCE_S, Bench, StubbornReceiver
from tests.agent.world import (
    RECORD,
    VISIT_ID,
    SigningReader,
    abandoned,
    card,
    completed,
    receive_visit,
)
from tests.hostlink.pki import UEID
from tests.hostlink.samples import REPORT

OTHER_VISIT = b"o" * 16
ANSWER = EligibilityAnswer(RECORD, is_registered=True, consents=tuple(ConsentItem))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(retries, "FIRST_RETRY_S", 0.01)
    monkeypatch.setattr(retries, "LONGEST_RETRY_S", 0.1)
    made = Bench(tmp_path / "agent.sqlite3")
    yield made
    made.stop()


def test_a_whole_visit(bench: Bench) -> None:
    bench.start()
    bench.service.post(LinkUp(DeviceHello(1, 1, UEID, "0.1.0", 7, 1)))
    bench.source.answers = [ANSWER]
    bench.service.post(Received(VisitProgressed(VISIT_ID, VisitStep.CARD_READ)))
    challenge = bench.open_visit()
    assert isinstance(bench.tell(card().prove(challenge)), VisitOptions)
    result = SigningReader().sign(completed(challenge.nonce))
    assert bench.tell(result) == ResultAcknowledged(1)
    assert bench.relay.delivered.get(timeout=PATIENCE_S) == 1
    bench.service.post(LinkDown(next(iter(ResetReason))))
    bench.stop()
    assert bench.journal.events[0] is Event.STARTED
    assert Event.VISIT_PROGRESSED in bench.journal.events
    assert Event.LINK_DOWN in bench.journal.events
    assert bench.journal.events[-1] is Event.STOPPED
    assert bench.journal.alarms == []


def test_a_visit_that_could_not_be_looked_up_is_delivered_when_the_source_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "FIRST_RETRY_S", 0.01)
    monkeypatch.setattr(retries, "LONGEST_RETRY_S", 0.1)
    bench = Bench(tmp_path / "later.sqlite3", may_ask_later=True)
    bench.start()
    down = EligibilityUnreachableError("no such host")
    bench.source.answers = [down, down, ZeroDivisionError("a fault of ours"), ANSWER]
    challenge = bench.open_visit()
    assert isinstance(bench.tell(card().prove(challenge)), VisitOptions)
    bench.tell(SigningReader().sign(replace(completed(challenge.nonce), consents=())))
    assert bench.relay.delivered.get(timeout=PATIENCE_S) == 1
    bench.stop()
    assert bench.source.answers == []
    assert bench.journal.alarms == [Alarm.INTERNAL]


def test_a_source_that_is_away_is_not_asked_without_a_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "FIRST_RETRY_S", 3_600.0)
    bench = Bench(tmp_path / "paused.sqlite3", may_ask_later=True)
    bench.start()
    bench.source.answers = [EligibilityUnreachableError("no such host")] * 100
    challenge = bench.open_visit()
    bench.tell(card().prove(challenge))
    bench.tell(SigningReader().sign(replace(completed(challenge.nonce), consents=())))
    wait_until(lambda: len(bench.source.answers) < 99)
    time.sleep(0.5)
    bench.stop()
    assert len(bench.source.answers) > 90, "asked for the patient, and for each event at most"


@pytest.mark.parametrize(
    ("may_ask_later", "event"),
    [(False, Event.ELIGIBILITY_FAILED), (True, Event.ELIGIBILITY_POSTPONED)],
)
def test_why_the_source_did_not_answer_is_written_down(
    tmp_path: Path, event: Event, *, may_ask_later: bool
) -> None:
    bench = Bench(tmp_path / "why.sqlite3", may_ask_later=may_ask_later)
    bench.start()
    bench.source.answers = [EligibilityUnreachableError("HTTP 401")]
    bench.tell(card().prove(bench.open_visit()))
    bench.stop()
    told = [each.detail for each in bench.journal.heard if each.event is event]
    assert told == ["HTTP 401"]
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


def test_what_the_reader_says_of_itself_counts_while_it_is_there(bench: Bench) -> None:
    assert bench.service.reader_reports == {}
    bench.service.post(Received(REPORT))
    bench.start()
    wait_until(lambda: bench.service.reader_reports == {ONLY_COUNTER: REPORT})
    # What it said before may be untrue now.
    bench.service.post(LinkDown(ResetReason.CABLE_LOST))
    bench.stop()
    assert bench.service.reader_reports == {}


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


def test_what_waits_is_kept_together_and_a_fault_takes_no_other_along(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    database = bench.store._connection.connection.driver_connection
    assert isinstance(database, sqlite3.Connection)
    database.set_trace_callback(said.append)

    def fail(_: object) -> None:
        bench.store.change("DELETE FROM results")
        raise ZeroDivisionError

    monkeypatch.setattr(bench.desk, "visit_opened", fail)
    reader = SigningReader()
    bench.service.post(Received(reader.sign(abandoned())))
    bench.service.post(Received(VisitOpened(VISIT_ID, CardKind.MY_NUMBER)))
    bench.service.post(Received(reader.sign(abandoned())))
    bench.start()
    assert [bench.said.get(timeout=PATIENCE_S) for _ in range(2)] == [
        ResultAcknowledged(1),
        ResultAcknowledged(2),
    ]
    assert said.count("COMMIT") == 1
    assert len(bench.store.rows("SELECT * FROM results")) == 2
    assert bench.journal.alarms == [Alarm.INTERNAL]


def test_what_comes_before_the_end_is_kept_and_said(bench: Bench) -> None:
    bench.service.post(Received(SigningReader().sign(abandoned())))
    bench.service.post(StopWanted(LinkDiedError()))
    bench.start()
    bench.wait_stopped()
    assert bench.said.get_nowait() == ResultAcknowledged(1)


def test_what_was_delivered_is_purged_while_others_come(bench: Bench) -> None:
    receive_visit(bench.store, SigningReader())
    bench.start()
    wait_until(lambda: Event.VISIT_PURGED in bench.journal.events)


def test_what_was_delivered_last_is_purged_in_the_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "PURGE_EVERY_S", 3_600.0)
    reader = SigningReader()
    receive_visit(bench.store, reader)
    bench.start()
    receive_visit(bench.store, reader, OTHER_VISIT)
    bench.service.wake_delivery(OTHER_VISIT)
    wait_until(lambda: bench.relay.delivered.qsize() == 2)
    bench.stop()
    assert bench.journal.events.count(Event.VISIT_PURGED) == 2
    assert bench.store.rows("SELECT * FROM visits") == []


def test_what_is_left_goes_before_what_is_fresh(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "FIRST_RETRY_S", 3_600.0)
    reader = SigningReader()
    receive_visit(bench.store, reader)
    bench.relay.faults = [RelayUnavailableError("ENOENT")]
    bench.start()
    wait_until(lambda: Alarm.RELAY_UNAVAILABLE in bench.journal.alarms)
    receive_visit(bench.store, reader, OTHER_VISIT)
    bench.service.wake_delivery(OTHER_VISIT)
    assert [bench.relay.delivered.get(timeout=PATIENCE_S) for _ in range(2)] == [1, 2]


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


def test_a_bad_parcel_stops_no_other(bench: Bench) -> None:
    reader = SigningReader()
    for number in range(3):
        receive_visit(bench.store, reader, bytes([number]) * 16)
    bench.relay.bad_seqs = {1}
    bench.start()
    assert [bench.relay.delivered.get(timeout=PATIENCE_S) for _ in range(2)] == [2, 3]

    for number in range(3, 6):  # several rounds more: the bad one is told once
        receive_visit(bench.store, reader, bytes([number]) * 16)
        bench.service.wake_delivery()
        assert bench.relay.delivered.get(timeout=PATIENCE_S) == number + 1
    assert bench.journal.alarms == [Alarm.INTERNAL]
    (told,) = (each for each in bench.journal.heard if each.event is Event.ALARM)
    assert (told.visit, told.seq, told.detail) == (bytes(16), 1, "told: ZeroDivisionError")

    bench.relay.bad_seqs = set()
    bench.service.wake_delivery()
    assert bench.relay.delivered.get(timeout=PATIENCE_S) == 1


def test_a_dead_share_does_not_keep_the_process_alive(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "STOP_S", 0.01)
    receive_visit(bench.store, SigningReader())
    bench.relay.gate.clear()
    bench.start()
    assert bench.relay.is_asked.wait(PATIENCE_S)
    bench.stop()
    hanging = [each for each in threading.enumerate() if each.name == "delivery"]
    bench.relay.gate.set()
    assert [each.daemon for each in hanging] == [True]
    for each in hanging:
        each.join(PATIENCE_S)


def test_a_thread_that_ends_by_a_fault_runs_again_and_staff_are_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "RUN_AGAIN_S", 0.01)
    faults = [ZeroDivisionError()]
    run = DeliveryRounds.run

    def run_after_a_fault(rounds: DeliveryRounds) -> None:
        if faults:
            raise faults.pop()
        run(rounds)

    monkeypatch.setattr(DeliveryRounds, "run", run_after_a_fault)
    receive_visit(bench.store, SigningReader())
    bench.start()
    assert bench.relay.delivered.get(timeout=PATIENCE_S) == 1
    assert bench.journal.alarms == [Alarm.INTERNAL]


def test_it_stops_when_the_link_died(bench: Bench) -> None:
    bench.start()
    bench.service.post(StopWanted(LinkDiedError()))
    bench.wait_stopped()
    assert isinstance(bench.error, LinkDiedError)
    assert Event.STOPPED not in bench.journal.events


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
    assert isinstance(bench.error, StoreUnavailableError)
    assert bench.said.empty()
    assert Event.STOPPED not in bench.journal.events


@pytest.fixture
def receiver() -> StubbornReceiver:
    return StubbornReceiver()


@pytest.fixture
def sending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receiver: StubbornReceiver
) -> Iterator[Bench]:
    """Two results for a receiver, in a service that begins when the test says so."""
    monkeypatch.setattr(retries, "FIRST_RETRY_S", 0.01)
    monkeypatch.setattr(retries, "LONGEST_RETRY_S", 0.1)
    made = Bench(tmp_path / "sending.sqlite3", receiver=receiver)
    reader = SigningReader()
    for visit in (VISIT_ID, OTHER_VISIT):
        receive_visit(made.store, reader, visit)
    yield made
    made.stop()


def test_a_relay_that_hangs_holds_up_no_other(sending: Bench, receiver: StubbornReceiver) -> None:
    sending.relay.gate.clear()
    sending.start()
    assert [receiver.taken.get(timeout=PATIENCE_S) for _ in range(2)] == [1, 2]
    assert sending.relay.delivered.empty()
    sending.relay.gate.set()
    assert [sending.relay.delivered.get(timeout=PATIENCE_S) for _ in range(2)] == [1, 2]


def test_negative_control_rounds_that_several_relays_share(
    sending: Bench, receiver: StubbornReceiver
) -> None:
    rounds = DeliveryRounds(sending.delivery, looked_at=lambda _: None)
    sending.relay.gate.clear()
    together = threading.Thread(target=rounds.run)
    together.start()
    with pytest.raises(Empty):
        receiver.taken.get(timeout=0.5)
    rounds.stop()
    sending.relay.gate.set()
    together.join(PATIENCE_S)
    sending.start()


def test_what_is_never_taken_is_parked_when_later_ones_are(
    sending: Bench, receiver: StubbornReceiver
) -> None:
    receiver.stubborn_seqs = {1}
    sending.start()
    wait_until(lambda: Alarm.RELAY_UNAVAILABLE in sending.journal.alarms)
    assert receiver.taken.empty(), "the order is kept while the receiver may be away"
    sending.clock.time += STUCK_AFTER
    assert receiver.taken.get(timeout=PATIENCE_S) == 2
    wait_until(lambda: Alarm.RELAY_REFUSED in sending.journal.alarms)
    # It is told before it is written down.
    wait_until(lambda: [each.seq for each in sending.delivery.parked()] == [1])
    assert [each.why for each in sending.delivery.parked()] == [f"{STUCK} (HTTP 500)"]


def test_while_a_receiver_is_away_nothing_is_parked(
    sending: Bench, receiver: StubbornReceiver
) -> None:
    receiver.stubborn_seqs = {1, 2}
    sending.start()
    wait_until(lambda: Alarm.RELAY_UNAVAILABLE in sending.journal.alarms)
    sending.clock.time += timedelta(hours=100)
    tries = receiver.tries
    wait_until(lambda: receiver.tries > tries + 6)
    assert sending.delivery.parked() == []
    # Both at once could be between the two of one round: the second would seem taken alone.
    for seq in (1, 2):
        receiver.stubborn_seqs = receiver.stubborn_seqs - {seq}
        assert receiver.taken.get(timeout=PATIENCE_S) == seq


def test_a_message_is_for_the_desk_of_its_reader(bench: Bench) -> None:
    heard: list[str] = []
    bench.start("here", "there", heard=heard)
    bench.service.post(Received(VisitOpened(VISIT_ID, CardKind.MY_NUMBER)), "there")
    bench.service.post(Received(REPORT), "here")
    wait_until(lambda: "here" in bench.service.reader_reports and bool(heard))
    assert heard == ["there"]
    bench.service.post(LinkDown(ResetReason.CABLE_LOST), "there")
    bench.service.post(Received(VisitOpened(VISIT_ID, CardKind.MY_NUMBER)), "here")
    wait_until(lambda: heard == ["there", "here"])
    assert bench.service.reader_reports == {"here": REPORT}
