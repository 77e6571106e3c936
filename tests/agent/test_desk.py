"""What the agent answers to each message, and when it keeps silent."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.journal import Alarm, Event
from hostlink.messages import (
    DeviceHello,
    ResultAcknowledged,
    VisitChallenge,
    VisitOptions,
    VisitRefused,
)
from hostlink.terms import CardKind, ConsentItem, FailureCode, Notice
from tests.agent.desk_bench import ANSWER, DeskBench, refused_results
from tests.agent.world import (
    FAR_DATE,
    INSTITUTION,
    TODAY,
    VISIT_ID,
    Card,
    SigningReader,
    abandoned,
    card,
    completed,
)
from tests.hostlink.pki import UEID


@pytest.fixture
def bench(tmp_path: Path) -> DeskBench:
    return DeskBench(tmp_path / "agent.sqlite3")


@pytest.fixture(scope="module")
def patient() -> Card:
    return card()


def test_a_proof_leads_to_a_question_and_the_options(bench: DeskBench, patient: Card) -> None:
    challenge = bench.open_visit()
    bench.desk.identity_proven(patient.prove(challenge))

    assert bench.said == [challenge]
    (question,) = bench.asked
    assert question.query.certificate == patient.der
    assert question.query.medical_institution_code == INSTITUTION

    bench.desk.eligibility_answered(question, ANSWER)
    assert bench.said[-1] == VisitOptions(
        VISIT_ID, "受付　太郎", is_registered=True, consents=tuple(ConsentItem), notices=()
    )


@pytest.mark.parametrize(
    "failure", [FailureCode.ELIGIBILITY_NOT_FOUND, FailureCode.ELIGIBILITY_UNREACHABLE]
)
def test_the_source_fails(bench: DeskBench, patient: Card, failure: FailureCode) -> None:
    bench.desk.identity_proven(patient.prove(bench.open_visit()))
    bench.desk.eligibility_answered(bench.asked[0], failure)
    assert bench.said[-1] == VisitRefused(VISIT_ID, failure)


def test_after_an_outage_the_same_proof_is_asked_for_again(bench: DeskBench, patient: Card) -> None:
    proof = patient.prove(bench.open_visit())
    bench.desk.identity_proven(proof)
    bench.desk.eligibility_answered(bench.asked[0], FailureCode.ELIGIBILITY_UNREACHABLE)
    bench.desk.identity_proven(proof)
    bench.desk.eligibility_answered(bench.asked[1], ANSWER)
    assert isinstance(bench.said[-1], VisitOptions)


def test_a_proof_sent_again_gets_the_same_answer_without_a_question(
    bench: DeskBench, patient: Card
) -> None:
    proof = patient.prove(bench.answered(patient))
    bench.desk.identity_proven(proof)
    assert len(bench.asked) == 1
    assert bench.said[-1] == bench.said[-2]
    assert isinstance(bench.said[-1], VisitOptions)


def test_a_proof_sent_again_while_the_source_is_asked_changes_nothing(
    bench: DeskBench, patient: Card
) -> None:
    proof = patient.prove(bench.open_visit())
    bench.desk.identity_proven(proof)
    bench.desk.identity_proven(proof)
    assert (len(bench.asked), len(bench.said)) == (1, 1)


def test_the_answer_survives_a_restart(bench: DeskBench, patient: Card, tmp_path: Path) -> None:
    proof = patient.prove(bench.answered(patient))
    restarted = DeskBench(tmp_path / "agent.sqlite3")
    restarted.desk.identity_proven(proof)
    assert isinstance(restarted.said[-1], VisitOptions)


def test_a_challenge_survives_a_restart(bench: DeskBench, patient: Card, tmp_path: Path) -> None:
    proof = patient.prove(bench.open_visit())
    restarted = DeskBench(tmp_path / "agent.sqlite3")
    restarted.desk.identity_proven(proof)
    assert len(restarted.asked) == 1


def test_a_restart_while_the_source_is_asked(
    bench: DeskBench, patient: Card, tmp_path: Path
) -> None:
    proof = patient.prove(bench.open_visit())
    bench.desk.identity_proven(proof)
    restarted = DeskBench(tmp_path / "agent.sqlite3")
    restarted.desk.identity_proven(proof)
    assert len(restarted.asked) == 1


def test_a_proof_of_an_unknown_visit_is_asked_to_sign_again(
    bench: DeskBench, patient: Card
) -> None:
    bench.desk.identity_proven(patient.prove(VisitChallenge(VISIT_ID, b"n" * 16, b"c" * 32)))
    challenge = bench.said[-1]
    assert isinstance(challenge, VisitChallenge)
    assert bench.asked == []

    bench.desk.identity_proven(patient.prove(challenge))
    assert len(bench.asked) == 1


def test_an_old_challenge_no_longer_counts(bench: DeskBench, patient: Card) -> None:
    old = bench.open_visit()
    new = bench.open_visit()
    assert new.nonce == old.nonce
    bench.desk.identity_proven(patient.prove(old))
    assert bench.said[-1] == new
    assert bench.asked == []
    bench.desk.identity_proven(patient.prove(new))
    assert len(bench.asked) == 1


def test_a_wrong_signature_is_refused(bench: DeskBench, patient: Card) -> None:
    bench.open_visit()
    challenge = bench.open_visit()
    wrong = replace(patient.prove(challenge), challenge_signature=b"s" * 256)
    bench.desk.identity_proven(wrong)
    assert bench.said[-1] == VisitRefused(VISIT_ID, FailureCode.CARD_NOT_GENUINE)
    assert bench.asked == []


def test_a_used_challenge_proves_nothing_more(bench: DeskBench, patient: Card) -> None:
    challenge = bench.answered(patient)
    other = replace(patient.prove(challenge), challenge_signature=b"s" * 256)
    bench.desk.identity_proven(other)
    fresh = bench.said[-1]
    assert isinstance(fresh, VisitChallenge)
    assert fresh.challenge != challenge.challenge


def test_a_new_proof_of_the_same_card_needs_no_new_question(
    bench: DeskBench, patient: Card
) -> None:
    """So a result made on the first answer still meets it."""
    first = bench.answered(patient)
    bench.desk.identity_proven(patient.prove(bench.open_visit()))
    assert len(bench.asked) == 1
    assert isinstance(bench.said[-1], VisitOptions)
    bench.desk.result_arrived(SigningReader().sign(completed(first.nonce)))
    assert bench.journal.alarms == []


def test_another_card_in_the_same_visit_is_asked_for(bench: DeskBench, patient: Card) -> None:
    bench.answered(patient)
    other = card(FAR_DATE - timedelta(days=1))
    bench.desk.identity_proven(other.prove(bench.open_visit()))
    assert len(bench.asked) == 2
    assert isinstance(bench.said[-1], VisitChallenge)


def test_a_late_answer_to_an_older_proof_is_dropped(bench: DeskBench, patient: Card) -> None:
    bench.desk.identity_proven(patient.prove(bench.open_visit()))
    bench.desk.identity_proven(patient.prove(bench.open_visit()))
    said = len(bench.said)
    bench.desk.eligibility_answered(bench.asked[0], ANSWER)
    assert len(bench.said) == said
    bench.desk.eligibility_answered(bench.asked[1], ANSWER)
    assert isinstance(bench.said[-1], VisitOptions)


def test_a_late_answer_after_the_result_is_dropped(bench: DeskBench, patient: Card) -> None:
    challenge = bench.open_visit()
    bench.desk.identity_proven(patient.prove(challenge))
    bench.desk.result_arrived(SigningReader().sign(abandoned(challenge.nonce)))
    said = len(bench.said)
    bench.desk.eligibility_answered(bench.asked[0], ANSWER)
    assert len(bench.said) == said


def test_in_the_months_of_grace_nothing_medical_is_asked(bench: DeskBench, patient: Card) -> None:
    bench.clock.time = TODAY.replace(year=FAR_DATE.year, month=FAR_DATE.month) + timedelta(days=30)
    bench.answered(patient)
    options = bench.said[-1]
    assert isinstance(options, VisitOptions)
    assert options.notices == (Notice.CERTIFICATE_IN_GRACE,)
    assert options.consents == ()


def test_an_expired_phone_is_refused(bench: DeskBench, patient: Card) -> None:
    bench.clock.time = TODAY.replace(year=FAR_DATE.year, month=FAR_DATE.month) + timedelta(days=30)
    bench.desk.identity_proven(patient.prove(bench.open_visit(CardKind.ANDROID)))
    assert bench.said[-1] == VisitRefused(VISIT_ID, FailureCode.CERTIFICATE_EXPIRED)


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


def test_a_result_from_before_the_first_hello_is_kept(bench: DeskBench) -> None:
    bench.desk.result_arrived(SigningReader().sign(abandoned(), audience=""))
    assert bench.said == [ResultAcknowledged(1)]


def test_a_completed_result_nobody_gave_options_for_is_kept_and_told(bench: DeskBench) -> None:
    bench.desk.result_arrived(SigningReader().sign(completed(b"n" * 16)))
    assert bench.said == [ResultAcknowledged(1)]
    assert bench.journal.alarms == [Alarm.RESULT_UNBOUND]


def test_a_completed_result_of_another_request_is_told(bench: DeskBench, patient: Card) -> None:
    bench.answered(patient)
    bench.desk.result_arrived(SigningReader().sign(completed(b"n" * 16)))
    assert bench.journal.alarms == [Alarm.RESULT_UNBOUND]


def test_a_consent_that_was_not_offered_is_told(bench: DeskBench, patient: Card) -> None:
    challenge = bench.open_visit()
    bench.desk.identity_proven(patient.prove(challenge))
    bench.desk.eligibility_answered(
        bench.asked[0], replace(ANSWER, consents=(ConsentItem.DIAGNOSIS,))
    )
    bench.desk.result_arrived(SigningReader().sign(completed(challenge.nonce)))
    assert bench.journal.alarms == [Alarm.CONSENT_NOT_OFFERED]


def test_two_results_with_one_number_are_told(bench: DeskBench) -> None:
    bench.desk.result_arrived(SigningReader().sign(abandoned()))
    bench.desk.result_arrived(SigningReader().sign(abandoned(visit_id=b"o" * 16)))
    assert bench.journal.alarms == [Alarm.RESULT_CONFLICT]
    assert bench.said == [ResultAcknowledged(1)] * 2


@pytest.mark.parametrize(("next_seq", "alarms"), [(2, []), (1, [Alarm.READER_ROLLED_BACK])])
def test_a_rolled_back_reader_is_noticed_at_hello(
    bench: DeskBench, next_seq: int, alarms: list[Alarm]
) -> None:
    bench.desk.result_arrived(SigningReader().sign(abandoned()))
    bench.desk.reader_arrived(DeviceHello(1, 1, UEID, "0.1.0", 8, next_seq))
    assert bench.journal.alarms == alarms


def test_the_journal_holds_nothing_personal(bench: DeskBench, patient: Card) -> None:
    challenge = bench.answered(patient)
    bench.desk.result_arrived(SigningReader().sign(completed(challenge.nonce)))
    text = repr(bench.journal.heard)
    assert "太郎" not in text
    assert repr(patient.der)[2:40] not in text
