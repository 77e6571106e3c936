"""A visit that the eligibility source could not answer is completed and looked up later."""

from datetime import timedelta
from pathlib import Path

import pytest

from agent.delivery import Delivery, DeliveryTerms
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery
from agent.errors import MalformedQualificationError
from agent.journal import Alarm, Event
from agent.postponed import PostponedQuestions, PostponedTerms
from hostlink.messages import VisitOptions, VisitRefused
from hostlink.terms import ConsentItem, FailureCode, Notice
from tests.agent.delivery_bench import real_relay
from tests.agent.desk_bench import ANSWER, DeskBench
from tests.agent.world import (
    INSTITUTION,
    ROOTS,
    VISIT_ID,
    Card,
    SigningReader,
    abandoned,
    card,
    completed,
)
from tests.hw_sim.reception_software import ReceptionSoftware

DOWN = FailureCode.ELIGIBILITY_UNREACHABLE
NAME_IN_STORE = "受付　太郎".encode()


class LaterBench(DeskBench):
    """A desk of a clinic that looks up later, the questions it keeps, and a reception folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "agent.sqlite3", may_ask_later=True)
        self.answers: list[EligibilityAnswer | FailureCode | Exception] = []
        self.queries: list[EligibilityQuery] = []
        terms = PostponedTerms(INSTITUTION, timedelta(hours=24))
        self.postponed = PostponedQuestions(self.store, self, terms, self.journal, self.clock)
        self.reception = folder / "reception"
        self.reception.mkdir()
        self.delivery = Delivery(
            self.store,
            {"oqs": real_relay(self.reception)},
            DeliveryTerms(INSTITUTION, ROOTS, timedelta(days=7)),
            self.journal,
            self.clock,
        )
        self.software = ReceptionSoftware(self.reception, today="20261122")

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        self.queries.append(query)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Nothing to give back."""

    def postpone(self, patient: Card) -> bytes:
        """A visit up to the answer that nobody gave; its nonce."""
        challenge = self.open_visit()
        self.desk.identity_proven(patient.prove(challenge))
        self.desk.eligibility_answered(self.asked[-1], DOWN)
        return challenge.nonce

    def complete(self, nonce: bytes) -> None:
        self.desk.result_arrived(SigningReader().sign(completed(nonce)))

    def deliver(self) -> int:
        """How many files reception got."""
        self.hand_over()
        return len(self.software.look())

    def hand_over(self) -> None:
        for parcel in self.delivery.outstanding():
            self.delivery.deliver(parcel)
        self.delivery.purge()

    def round(self, *answers: EligibilityAnswer | FailureCode | Exception) -> list[bool]:
        self.answers = list(answers)
        return [self.postponed.ask(question) for question in self.postponed.waiting()]


@pytest.fixture
def bench(tmp_path: Path) -> LaterBench:
    return LaterBench(tmp_path)


@pytest.fixture(scope="module")
def patient() -> Card:
    return card()


def test_the_patient_is_asked_nothing_and_told_so(bench: LaterBench, patient: Card) -> None:
    bench.postpone(patient)
    assert bench.said[-1] == VisitOptions(
        VISIT_ID, "", is_registered=True, consents=(), notices=(Notice.ELIGIBILITY_LATER,)
    )
    assert Event.ELIGIBILITY_POSTPONED in bench.journal.events


def test_it_is_looked_up_later_and_then_delivered(bench: LaterBench, patient: Card) -> None:
    bench.complete(bench.postpone(patient))
    assert bench.deliver() == 0
    assert bench.round(DOWN) == [False]
    assert bench.deliver() == 0, "and the purge has kept what is still needed"

    assert bench.round(ANSWER) == [True]
    assert [query.certificate for query in bench.queries] == [patient.der] * 2
    assert bench.deliver() == 1
    assert bench.postponed.waiting() == []
    assert bench.deliver() == 0
    assert bench.store.rows("SELECT * FROM visits") == []


def test_consents_of_a_reader_that_asked_all_the_same_are_an_alarm(
    bench: LaterBench, patient: Card
) -> None:
    bench.complete(bench.postpone(patient))
    assert Alarm.CONSENT_NOT_OFFERED in bench.journal.alarms
    bench.round(ANSWER)
    bench.hand_over()
    (file,) = bench.reception.glob("*.xml")
    assert b"DiagnosisInfoConsFlg>0<" in file.read_bytes()


def test_nothing_is_asked_while_the_patient_is_there_or_has_left_without_a_result(
    bench: LaterBench, patient: Card
) -> None:
    nonce = bench.postpone(patient)
    assert bench.round() == []
    bench.desk.result_arrived(SigningReader().sign(abandoned(nonce)))
    assert bench.round() == []
    assert bench.store.rows("SELECT * FROM postponed") == []


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (FailureCode.ELIGIBILITY_NOT_FOUND, "eligibility_not_found"),
        (MalformedQualificationError("name"), "malformed name"),
    ],
)
def test_what_cannot_be_answered_is_told_to_staff_once(
    bench: LaterBench, patient: Card, answer: FailureCode | Exception, detail: str
) -> None:
    bench.complete(bench.postpone(patient))
    assert bench.round(answer) == [True]
    assert bench.round() == []
    (told,) = [each for each in bench.journal.heard if each.alarm is Alarm.ELIGIBILITY_GIVEN_UP]
    assert told.detail == detail
    assert bench.deliver() == 0


def test_after_the_longest_time_staff_are_told(bench: LaterBench, patient: Card) -> None:
    bench.complete(bench.postpone(patient))
    bench.clock.time += timedelta(hours=25)
    assert bench.round() == []
    assert Alarm.ELIGIBILITY_GIVEN_UP in bench.journal.alarms
    assert bench.deliver() == 0


def test_another_card_in_the_same_visit_is_asked_for_itself(
    bench: LaterBench, patient: Card
) -> None:
    nonce = bench.postpone(patient)
    other = card()
    bench.desk.identity_proven(other.prove(bench.open_visit()))
    assert bench.store.rows("SELECT * FROM postponed") == []
    bench.desk.eligibility_answered(bench.asked[-1], ANSWER)
    bench.complete(nonce)
    assert bench.round() == []
    assert bench.deliver() == 1


def test_a_clinic_that_does_not_allow_it_refuses(bench: LaterBench, patient: Card) -> None:
    """And so it is where nothing is configured: see `test_desk.test_the_source_fails`."""
    strict = DeskBench(bench.reception.parent / "strict.sqlite3")
    strict.desk.identity_proven(patient.prove(strict.open_visit()))
    strict.desk.eligibility_answered(strict.asked[0], DOWN)
    assert strict.said[-1] == VisitRefused(VISIT_ID, DOWN)
    assert strict.store.rows("SELECT * FROM postponed") == []


def test_a_purge_that_knows_nothing_of_it_would_lose_the_visit(
    bench: LaterBench, patient: Card
) -> None:
    """Negative control of the delivery: without the question the visit is purged."""
    bench.complete(bench.postpone(patient))
    bench.store.change("DELETE FROM postponed")
    assert bench.deliver() == 0
    assert bench.store.rows("SELECT * FROM visits") == []


def test_what_was_kept_is_gone_from_the_disk(bench: LaterBench, patient: Card) -> None:
    bench.complete(bench.postpone(patient))
    files = list(bench.reception.parent.glob("agent.sqlite3*"))
    assert any(patient.der in path.read_bytes() for path in files), "negative control"
    bench.round(ANSWER)
    bench.deliver()
    assert not any(patient.der in path.read_bytes() for path in files)
    assert not any(NAME_IN_STORE in path.read_bytes() for path in files)


def test_nothing_can_be_consented_to_before_it_is_known(bench: LaterBench, patient: Card) -> None:
    bench.postpone(patient)
    offered = bench.store.rows("SELECT offered FROM visits")
    assert offered == [(b"",)]
    assert ConsentItem.DIAGNOSIS not in offered[0][0]
