"""Which results the desk stores and acknowledges, and what it tells about them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.journal import Alarm, Event
from agent.parcels import Parcels
from hostlink.messages import DeviceHello, ResultAcknowledged, VisitOpened, VisitRefused
from hostlink.terms import CardKind, ConsentItem, Emergency, FailureCode, VerificationMethod
from tests.agent.desk_bench import ANSWER, DeskBench, refused_results
from tests.agent.world import (
    VISIT_ID,
    Card,
    SigningReader,
    abandoned,
    card,
    completed,
)
from tests.hostlink.pki import OTHER_READER, OTHER_UEID, UEID


@pytest.fixture
def bench(tmp_path: Path) -> DeskBench:
    return DeskBench(tmp_path / "agent.sqlite3")


@pytest.fixture(scope="module")
def patient() -> Card:
    return card()


def test_a_result_is_acknowledged_after_it_is_stored(bench: DeskBench, patient: Card) -> None:
    challenge = bench.answered(patient)
    result = SigningReader().sign(completed(challenge.nonce))
    bench.desk.result_arrived(result)
    assert bench.said[-1] == ResultAcknowledged(result.seq)
    assert bench.journal.alarms == []
    assert bench.deliveries == 1
    stored, acknowledged = (
        bench.journal.events.index(event)
        for event in (Event.RESULT_STORED, Event.RESULT_ACKNOWLEDGED)
    )
    assert stored < acknowledged


def test_a_result_that_cannot_be_stored_is_not_acknowledged(
    bench: DeskBench, patient: Card
) -> None:
    challenge = bench.answered(patient)
    said = len(bench.said)
    bench.store.rows("PRAGMA query_only = ON")
    with pytest.raises(Exception, match="readonly"):
        bench.desk.result_arrived(SigningReader().sign(completed(challenge.nonce)))
    assert len(bench.said) == said


def test_a_result_sent_again_is_acknowledged_again(bench: DeskBench) -> None:
    result = SigningReader().sign(abandoned())
    for _ in range(2):
        bench.desk.result_arrived(result)
    assert bench.said == [ResultAcknowledged(1)] * 2


@pytest.mark.parametrize("name", refused_results())
def test_a_result_that_is_not_believed_is_not_acknowledged(bench: DeskBench, name: str) -> None:
    bench.desk.result_arrived(refused_results()[name])
    assert bench.said == []
    assert bench.store.rows("SELECT seq FROM results") == []
    assert bench.journal.alarms == [Alarm.RESULT_INVALID]


def test_a_completed_result_nobody_gave_options_for_is_kept_and_told(bench: DeskBench) -> None:
    bench.desk.result_arrived(SigningReader().sign(completed(b"n" * 16)))
    assert bench.said == [ResultAcknowledged(1)]
    assert bench.journal.alarms == [Alarm.RESULT_UNBOUND]


def test_a_completed_result_of_another_request_is_told(bench: DeskBench, patient: Card) -> None:
    bench.answered(patient)
    bench.desk.result_arrived(SigningReader().sign(completed(b"n" * 16)))
    assert bench.journal.alarms == [Alarm.RESULT_UNBOUND]


def other_reader_of_the_clinic() -> SigningReader:
    return SigningReader(OTHER_READER, ueid=OTHER_UEID)


def hello(ueid: bytes) -> DeviceHello:
    return DeviceHello(1, 1, ueid, "0.1.0", 1, 1)


def test_another_readers_result_is_kept_but_never_this_visits(
    bench: DeskBench, patient: Card
) -> None:
    bench.desk.reader_arrived(hello(UEID))
    challenge = bench.answered(patient)
    bench.desk.result_arrived(other_reader_of_the_clinic().sign(completed(challenge.nonce)))
    assert bench.journal.alarms == [Alarm.RESULT_UNBOUND]
    parcels = Parcels(bench.store, ["oqs"])
    assert parcels.outstanding(None) == []
    # Its own result is, though it comes later.
    own = SigningReader().sign(completed(challenge.nonce))
    bench.desk.result_arrived(own)
    assert bench.said[-1] == ResultAcknowledged(own.seq)
    assert [parcel.ueid for parcel in parcels.outstanding(None)] == [UEID]


def test_negative_control_a_visit_that_knows_no_reader_takes_any(
    bench: DeskBench, patient: Card
) -> None:
    challenge = bench.answered(patient)
    bench.desk.result_arrived(other_reader_of_the_clinic().sign(completed(challenge.nonce)))
    assert bench.journal.alarms == []
    assert len(Parcels(bench.store, ["oqs"]).outstanding(None)) == 1


def test_another_reader_is_told_nothing_of_a_visit(bench: DeskBench, patient: Card) -> None:
    bench.desk.reader_arrived(hello(UEID))
    proof = patient.prove(bench.open_visit())
    bench.desk.reader_arrived(hello(OTHER_UEID))
    bench.said.clear()
    bench.desk.visit_opened(VisitOpened(VISIT_ID, CardKind.MY_NUMBER))
    bench.desk.identity_proven(proof)
    assert bench.said == [VisitRefused(VISIT_ID, FailureCode.INTERNAL)] * 2
    bench.desk.reader_arrived(hello(UEID))
    bench.desk.identity_proven(proof)
    assert len(bench.asked) == 1


def test_a_consent_that_was_not_offered_is_told(bench: DeskBench, patient: Card) -> None:
    challenge = bench.open_visit()
    bench.desk.identity_proven(patient.prove(challenge))
    bench.desk.eligibility_answered(
        bench.asked[0], replace(ANSWER, consents=(ConsentItem.DIAGNOSIS,))
    )
    bench.desk.result_arrived(SigningReader().sign(completed(challenge.nonce)))
    assert bench.journal.alarms == [Alarm.CONSENT_NOT_OFFERED]


LATE = {
    "before midnight in Japan": (timedelta(hours=14, minutes=58), False),
    "after midnight in Japan": (timedelta(hours=14, minutes=59), True),
    "after three days": (timedelta(days=3), True),
    "a day back": (timedelta(days=-1), True),
}


@pytest.mark.parametrize(("later", "is_late"), LATE.values(), ids=LATE)
@pytest.mark.parametrize("is_postponed", [False, True])
def test_a_result_of_another_day_than_its_visit_is_told_with_that_day(
    tmp_path: Path, patient: Card, later: timedelta, *, is_late: bool, is_postponed: bool
) -> None:
    bench = DeskBench(tmp_path / "agent.sqlite3", may_ask_later=True)
    challenge = bench.open_visit()
    bench.desk.identity_proven(patient.prove(challenge))
    answer = FailureCode.ELIGIBILITY_UNREACHABLE if is_postponed else ANSWER
    bench.desk.eligibility_answered(bench.asked[-1], answer)
    bench.clock.time += later
    result = SigningReader().sign(replace(completed(challenge.nonce), consents=()))
    for _ in range(2):
        bench.desk.result_arrived(result)
    told = [
        (each.alarm, each.visit, each.seq, each.detail)
        for each in bench.journal.heard
        if each.alarm is not None
    ]
    assert told == ([(Alarm.RESULT_LATE, VISIT_ID, 1, "2026-11-22")] if is_late else [])


def test_a_late_result_of_a_visit_that_came_to_nothing_is_no_alarm(
    bench: DeskBench, patient: Card
) -> None:
    challenge = bench.answered(patient)
    bench.clock.time += timedelta(days=3)
    bench.desk.result_arrived(SigningReader().sign(abandoned(challenge.nonce)))
    assert bench.journal.alarms == []


def test_another_method_than_the_proof_named_is_told(bench: DeskBench, patient: Card) -> None:
    challenge = bench.open_visit()
    proof = replace(patient.prove(challenge), method=VerificationMethod.PIN)
    bench.desk.identity_proven(proof)
    bench.desk.eligibility_answered(bench.asked[0], ANSWER)
    bench.desk.result_arrived(SigningReader().sign(completed(challenge.nonce)))
    assert bench.journal.alarms == [Alarm.METHOD_DIFFERS]


def test_two_results_with_one_number_are_told(bench: DeskBench) -> None:
    bench.desk.result_arrived(SigningReader().sign(abandoned()))
    bench.desk.result_arrived(SigningReader().sign(abandoned(visit_id=b"o" * 16)))
    assert bench.journal.alarms == [Alarm.RESULT_CONFLICT]
    assert bench.said == [ResultAcknowledged(1)] * 2


EMERGENCIES = (None, *Emergency)


@pytest.mark.parametrize("expected", EMERGENCIES)
@pytest.mark.parametrize("told", EMERGENCIES)
def test_a_reader_left_in_the_wrong_service_is_noticed_with_its_first_patient(
    tmp_path: Path, told: Emergency | None, expected: Emergency | None
) -> None:
    bench = DeskBench(tmp_path / "agent.sqlite3", emergency=expected)
    bench.desk.result_arrived(SigningReader().sign(replace(abandoned(), emergency=told)))
    alarms = [] if told is expected else [Alarm.EMERGENCY_DIFFERS]
    assert bench.journal.alarms == alarms
    assert isinstance(bench.said[-1], ResultAcknowledged), "and nothing is lost by it"
