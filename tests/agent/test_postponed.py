"""A visit that the eligibility source could not answer is completed and looked up later."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.delivery import Delivery, DeliveryTerms
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery, EligibilitySource
from agent.errors import MalformedQualificationError
from agent.forgetting import Forgetting, KeepingTerms
from agent.journal import Alarm, Event
from agent.postponed import PostponedQuestions, PostponedTerms
from hostlink.messages import VisitChallenge, VisitOpened, VisitOptions, VisitRefused
from hostlink.terms import CardKind, ConsentItem, FailureCode, Notice
from tests.agent.delivery_bench import real_relay
from tests.agent.desk_bench import ANSWER, DeskBench
from tests.agent.world import (
    INSTITUTION,
    ROOTS,
    TODAY,
    VISIT_ID,
    Card,
    SigningReader,
    abandoned,
    card,
    completed,
)
from tests.hw_sim.reception_software import ReceptionSoftware

OTHER_VISIT = b"o" * 16
DOWN = FailureCode.ELIGIBILITY_UNREACHABLE
NAME_IN_STORE = "受付　太郎".encode()


class LaterBench(DeskBench):
    """A desk of a clinic that looks up later, the questions it keeps, and a reception folder."""

    knows_people = True

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "agent.sqlite3", may_ask_later=True)
        self.answers: list[EligibilityAnswer | FailureCode | Exception] = []
        self.queries: list[EligibilityQuery] = []
        self.postponed = self.questions(self)
        self.reception = folder / "reception"
        self.reception.mkdir()
        self.delivery = Delivery(
            self.store,
            {"oqs": real_relay(self.reception)},
            DeliveryTerms(INSTITUTION, ROOTS),
            self.journal,
            self.clock,
        )
        keeping = KeepingTerms(("oqs",), timedelta(days=7))
        self.forgetting = Forgetting(self.store, keeping, self.journal, self.clock)
        self.software = ReceptionSoftware(self.reception, today="20261122")

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        self.queries.append(query)
        answer = self.answers.pop(0) if self.answers else DOWN
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Nothing to give back."""

    def questions(self, source: EligibilitySource) -> PostponedQuestions:
        terms = PostponedTerms(INSTITUTION, timedelta(hours=24))
        return PostponedQuestions(self.store, source, terms, self.journal, self.clock)

    def desk_of(self, visit_id: bytes) -> VisitChallenge:
        """Another visit is opened."""
        self.desk.visit_opened(VisitOpened(visit_id, CardKind.MY_NUMBER))
        challenge = self.said[-1]
        assert isinstance(challenge, VisitChallenge)
        return challenge

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
        self.forgetting.purge()

    def round(self, *answers: EligibilityAnswer | FailureCode | Exception) -> bool:
        """Ask once more all that waits; whether nothing waits any longer."""
        self.answers = list(answers)
        return self.postponed.ask_all()

    def given_up(self) -> list[tuple[int | None, str | None]]:
        """What staff were told to look up themselves: number of the result, and why."""
        told = [each for each in self.journal.heard if each.alarm is Alarm.ELIGIBILITY_GIVEN_UP]
        return [(each.seq, each.detail) for each in told]


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


def test_it_is_looked_up_later_for_its_day_and_then_delivered(
    bench: LaterBench, patient: Card
) -> None:
    bench.complete(bench.postpone(patient))
    bench.clock.time += timedelta(hours=20)
    assert bench.deliver() == 0
    assert not bench.round(DOWN)
    assert bench.deliver() == 0, "and the purge has kept what is still needed"

    assert bench.round(ANSWER)
    assert {(query.certificate, query.on) for query in bench.queries} == {
        (patient.der, TODAY.date())
    }
    bench.hand_over()
    (file,) = bench.reception.glob("*.xml")
    assert b"<QualificationConfirmationDate>20261122<" in file.read_bytes()
    assert bench.round()
    assert bench.deliver() == 1
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
    bench.round(ANSWER)
    bench.desk.result_arrived(SigningReader().sign(abandoned(nonce)))
    bench.round(ANSWER)
    assert bench.queries == []
    assert bench.store.rows("SELECT * FROM postponed") == []


def test_a_result_that_comes_days_later_is_looked_up_all_the_same(
    bench: LaterBench, patient: Card
) -> None:
    """The hours count from the result: the cable may have been out all night."""
    nonce = bench.postpone(patient)
    for hours in (25, 25):
        bench.clock.time += timedelta(hours=hours)
        bench.round(ANSWER)
        bench.deliver()
    bench.complete(nonce)
    assert bench.round(ANSWER)
    bench.hand_over()
    assert len(list(bench.reception.glob("*.xml"))) == 1
    assert bench.given_up() == []


def test_a_visit_whose_result_never_comes_takes_its_question_along(
    bench: LaterBench, patient: Card
) -> None:
    bench.postpone(patient)
    bench.clock.time += timedelta(days=8)
    bench.deliver()
    assert bench.store.rows("SELECT * FROM visits") == []
    bench.round(ANSWER)
    assert (bench.queries, bench.store.rows("SELECT * FROM postponed")) == ([], [])


UNREGISTERED = replace(ANSWER, is_registered=False)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (FailureCode.ELIGIBILITY_NOT_FOUND, "not found"),
        (MalformedQualificationError("name"), "malformed name"),
        (UNREGISTERED, "not registered"),
    ],
)
def test_what_cannot_be_answered_is_told_to_staff_once(
    bench: LaterBench,
    patient: Card,
    answer: EligibilityAnswer | FailureCode | Exception,
    why: str,
) -> None:
    bench.complete(bench.postpone(patient))
    assert bench.round(answer)
    assert bench.round()
    ((seq, told),) = bench.given_up()
    assert seq == 1
    assert told is not None
    assert told.startswith(f"{why}; result stored 2026-11-22T")
    assert bench.deliver() == 0


def test_after_the_longest_time_staff_are_told(bench: LaterBench, patient: Card) -> None:
    bench.complete(bench.postpone(patient))
    bench.clock.time += timedelta(hours=25)
    assert bench.round(ANSWER)
    assert bench.queries == []
    ((_, told),) = bench.given_up()
    assert told is not None
    assert told.startswith("no answer in time")
    assert bench.deliver() == 0


class ChoosySource:
    """A source that never answers for one card."""

    knows_people = True

    def __init__(self, bench: LaterBench, never: Card, fault: Exception | None) -> None:
        self._ask, self._never, self._fault = bench.ask, never, fault

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        if query.certificate != self._never.der:
            return ANSWER
        if self._fault:
            raise self._fault
        return self._ask(query)

    def close(self) -> None:
        """Nothing to give back."""


@pytest.mark.parametrize("fault", [None, ZeroDivisionError("a fault of ours")])
def test_one_question_that_is_never_answered_holds_up_no_other(
    bench: LaterBench, patient: Card, fault: Exception | None
) -> None:
    bench.complete(bench.postpone(patient))
    other = card()
    challenge = bench.desk_of(OTHER_VISIT)
    bench.desk.identity_proven(other.prove(challenge))
    bench.desk.eligibility_answered(bench.asked[-1], DOWN)
    second = SigningReader(next_seq=2).sign(completed(challenge.nonce, OTHER_VISIT))
    bench.desk.result_arrived(second)
    bench.postponed = bench.questions(ChoosySource(bench, patient, fault))
    for _ in range(5):
        assert not bench.postponed.ask_all()
    bench.hand_over()
    assert bench.store.rows("SELECT visit_id FROM visits") == [(VISIT_ID,)]
    assert bench.journal.alarms.count(Alarm.INTERNAL) == (1 if fault else 0)


def test_a_source_that_is_away_is_not_asked_for_everybody(bench: LaterBench, patient: Card) -> None:
    for number in range(9):
        visit = bytes([number]) * 16
        challenge = bench.desk_of(visit)
        bench.desk.identity_proven(patient.prove(challenge))
        bench.desk.eligibility_answered(bench.asked[-1], DOWN)
        reader = SigningReader(next_seq=number + 1)
        bench.desk.result_arrived(reader.sign(completed(challenge.nonce, visit)))
    bench.round()
    assert len(bench.queries) == 3
    bench.round()
    assert len({query.visit_id for query in bench.queries}) == 6, "and each has its turn"


def test_when_the_visit_is_over_no_other_card_takes_its_place(
    bench: LaterBench, patient: Card
) -> None:
    bench.complete(bench.postpone(patient))
    other = card()
    bench.desk.identity_proven(other.prove(bench.open_visit()))
    assert isinstance(bench.said[-1], VisitRefused)
    assert bench.round(ANSWER)
    assert bench.deliver() == 1


def test_another_card_in_the_same_visit_is_asked_for_itself(
    bench: LaterBench, patient: Card
) -> None:
    nonce = bench.postpone(patient)
    other = card()
    bench.desk.identity_proven(other.prove(bench.open_visit()))
    assert bench.store.rows("SELECT * FROM postponed") == []
    bench.desk.eligibility_answered(bench.asked[-1], ANSWER)
    bench.complete(nonce)
    assert bench.round(DOWN)
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
