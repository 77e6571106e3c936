"""What the agent answers to each message, and when it keeps silent."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from agent.eligibility.port import CardProof
from agent.journal import Alarm, Event
from agent.schema import VISITS
from hostlink.messages import (
    DeviceHello,
    VisitChallenge,
    VisitOptions,
    VisitProgressed,
    VisitRefused,
)
from hostlink.terms import CardKind, ConsentItem, FailureCode, Notice, VerificationMethod, VisitStep
from tests.agent.desk_bench import ANSWER, DeskBench
from tests.agent.world import (
    FAR_DATE,
    INSTITUTION,
    RECORD,
    TODAY,
    VISIT_ID,
    Card,
    SigningReader,
    abandoned,
    card,
    completed,
)
from tests.hostlink.pki import UEID

EARLIER = b"an earlier visit"


@pytest.fixture
def bench(tmp_path: Path) -> DeskBench:
    return DeskBench(tmp_path / "agent.sqlite3")


@pytest.fixture(scope="module")
def patient() -> Card:
    return card()


def test_where_a_patient_is_stands_in_the_journal_and_nowhere_else(bench: DeskBench) -> None:
    """Also for a visit that the agent does not know yet, and without a word to the reader."""
    for step in VisitStep:
        bench.desk.visit_progressed(VisitProgressed(EARLIER, step))
    told = [(each.event, each.visit, each.detail) for each in bench.journal.heard]
    assert told == [(Event.VISIT_PROGRESSED, EARLIER, step.name.lower()) for step in VisitStep]
    assert (bench.said, bench.asked) == ([], [])
    assert bench.store.rows(select(VISITS)) == []


def test_a_proof_leads_to_a_question_and_the_options(bench: DeskBench, patient: Card) -> None:
    challenge = bench.open_visit()
    bench.desk.identity_proven(patient.prove(challenge))

    assert bench.said == [challenge]
    (question,) = bench.asked
    assert question.query.certificate == patient.der
    assert question.query.medical_institution_code == INSTITUTION
    proof = patient.prove(challenge)
    assert question.query.proof == CardProof(
        proof.method, challenge.challenge, proof.challenge_signature
    )

    bench.desk.eligibility_answered(question, ANSWER)
    assert bench.said[-1] == VisitOptions(
        VISIT_ID,
        "受付　太郎",
        is_registered=True,
        consents=tuple(ConsentItem),
        notices=(),
        birthdate=RECORD.person.birthdate,
    )


@pytest.mark.parametrize("told", ["19550000", "19550631"])
def test_of_whom_only_the_year_is_known_no_birth_date_is_told(
    bench: DeskBench, patient: Card, told: str
) -> None:
    """It is no day that a card could bear."""
    bench.desk.identity_proven(patient.prove(bench.open_visit()))
    record = replace(RECORD, person=replace(RECORD.person, birthdate=told))
    bench.desk.eligibility_answered(bench.asked[0], replace(ANSWER, record=record))
    options = bench.said[-1]
    assert isinstance(options, VisitOptions)
    assert options.birthdate is None


def test_nor_where_nobody_is_known(bench: DeskBench, patient: Card) -> None:
    bench.desk.identity_proven(patient.prove(bench.open_visit()))
    bench.desk.eligibility_answered(bench.asked[0], replace(ANSWER, record=None))
    options = bench.said[-1]
    assert isinstance(options, VisitOptions)
    assert options.birthdate is None


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
    for kind, method in ((CardKind.ANDROID, "PIN"), (CardKind.IPHONE, "PHONE")):
        proof = patient.prove(bench.open_visit(kind), VerificationMethod[method])
        bench.desk.identity_proven(proof)
        assert bench.said[-1] == VisitRefused(VISIT_ID, FailureCode.CERTIFICATE_EXPIRED)


def test_a_certificate_whose_first_day_is_to_come_is_refused(bench: DeskBench) -> None:
    early = card(TODAY.date() + timedelta(days=5 * 365 + 2))
    bench.desk.identity_proven(early.prove(bench.open_visit()))
    assert bench.said[-1] == VisitRefused(VISIT_ID, FailureCode.CERTIFICATE_NOT_YET_VALID)


def test_an_iphone_that_asked_its_holder_is_believed_to_the_end(
    bench: DeskBench, patient: Card
) -> None:
    challenge = bench.open_visit(CardKind.IPHONE)
    bench.desk.identity_proven(patient.prove(challenge, VerificationMethod.PHONE))
    bench.desk.eligibility_answered(bench.asked[-1], ANSWER)
    assert isinstance(bench.said[-1], VisitOptions)
    record = replace(
        completed(challenge.nonce),
        card_kind=CardKind.IPHONE,
        method=VerificationMethod.PHONE,
        match=None,
    )
    bench.desk.result_arrived(SigningReader().sign(record))
    assert bench.journal.alarms == []


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        (CardKind.MY_NUMBER, VerificationMethod.PHONE),
        (CardKind.FACE_ONLY, VerificationMethod.PHONE),
        (CardKind.FACE_ONLY, VerificationMethod.PIN),
        (CardKind.ANDROID, VerificationMethod.PHONE),
        (CardKind.ANDROID, VerificationMethod.FACE),
        (CardKind.IPHONE, VerificationMethod.FACE),
        (CardKind.IPHONE, VerificationMethod.PIN),
    ],
)
def test_a_proof_that_this_kind_of_card_cannot_give_is_refused(
    bench: DeskBench, patient: Card, kind: CardKind, method: VerificationMethod
) -> None:
    bench.desk.identity_proven(patient.prove(bench.open_visit(kind), method))
    assert bench.said[-1] == VisitRefused(VISIT_ID, FailureCode.CARD_NOT_ACCEPTED)
    assert bench.asked == []


@pytest.mark.parametrize(("next_seq", "alarms"), [(2, []), (1, [Alarm.READER_ROLLED_BACK])])
def test_a_rolled_back_reader_is_noticed_at_hello(
    bench: DeskBench, next_seq: int, alarms: list[Alarm]
) -> None:
    bench.desk.result_arrived(SigningReader().sign(abandoned()))
    bench.desk.reader_arrived(DeviceHello(1, 1, UEID, "0.1.0", 8, next_seq))
    assert bench.journal.alarms == alarms


def test_a_rolled_back_readers_visits_are_refused_until_it_is_past_the_old_numbers(
    bench: DeskBench, patient: Card
) -> None:
    reader = SigningReader()
    for _ in range(2):
        bench.desk.result_arrived(reader.sign(abandoned(visit_id=EARLIER)))
    bench.desk.reader_arrived(DeviceHello(1, 1, UEID, "0.1.0", 1, 1))
    refused = VisitRefused(VISIT_ID, FailureCode.STORAGE_UNAVAILABLE)
    forgetful = SigningReader()
    for number in range(2):
        bench.desk.identity_proven(patient.prove(bench.open_visit()))
        assert bench.said[-1] == refused
        assert bench.asked == []
        record = abandoned(visit_id=bytes([number]) * 16)
        bench.desk.result_arrived(forgetful.sign(record))
    bench.desk.identity_proven(patient.prove(bench.open_visit()))
    assert len(bench.asked) == 1


def test_a_good_reader_on_the_same_cable_is_served(bench: DeskBench, patient: Card) -> None:
    bench.desk.result_arrived(SigningReader().sign(abandoned(visit_id=EARLIER)))
    for next_seq in (1, 2):
        bench.desk.reader_arrived(DeviceHello(1, 1, UEID, "0.1.0", 8, next_seq))
    bench.desk.identity_proven(patient.prove(bench.open_visit()))
    assert len(bench.asked) == 1


def test_the_journal_holds_nothing_personal(bench: DeskBench, patient: Card) -> None:
    challenge = bench.answered(patient)
    bench.desk.result_arrived(SigningReader().sign(completed(challenge.nonce)))
    text = repr(bench.journal.heard)
    assert "太郎" not in text
    assert repr(patient.der)[2:40] not in text


def test_a_visit_that_is_over_takes_no_other_card(bench: DeskBench, patient: Card) -> None:
    challenge = bench.answered(patient)
    bench.desk.result_arrived(SigningReader().sign(completed(challenge.nonce)))
    bench.desk.identity_proven(card().prove(bench.open_visit()))
    assert bench.said[-1] == VisitRefused(VISIT_ID, FailureCode.INTERNAL)
    assert len(bench.asked) == 1
