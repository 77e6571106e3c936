"""Who was here before today is told from who was not, and from a result that was sent again."""

import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from agent.inbox import Inbox
from agent.qualification import EligibilityRecord
from agent.revisits import (
    ALL,
    FORGET_EVERY_S,
    MOST_EARLIER,
    SINCE,
    EarlierVisit,
    RevisitsOfDay,
    SameBy,
)
from agent.store import Store
from agent.visits import Visits
from hostlink.messages import SignedResult
from hostlink.signing import verify_result
from hostlink.terms import CardKind, VerificationMethod
from tests.agent.world import (
    RECORD,
    ROOTS,
    TODAY,
    SigningReader,
    abandoned,
    completed,
    options,
)
from tests.hostlink.pki import UEID

FIRST, SECOND, THIRD = (bytes([number]) * 16 for number in (1, 2, 3))
DAY = date(2026, 11, 22)
CARD, OTHER_CARD = b"c" * 32, b"d" * 32


def somebody_else(**person: str | None) -> EligibilityRecord:
    return replace(RECORD, person=replace(RECORD.person, **person))  # type: ignore[arg-type]


class Reception:
    """Visits one after the other, a minute apart."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "agent.sqlite3")
        self.reader = SigningReader()
        self._now = TODAY
        self._day = RevisitsOfDay(self.store, DAY)

    def visit(
        self,
        visit_id: bytes,
        card: bytes = CARD,
        record: EligibilityRecord | None = RECORD,
        at: datetime | None = None,
        is_completed: bool = True,
    ) -> SignedResult:
        self._now = at or self._now + timedelta(minutes=1)
        visits = Visits(self.store)
        nonce = visits.challenge(visit_id, CardKind.MY_NUMBER, self._now).nonce
        visits.accept(visit_id, b"i" * 32, card, VerificationMethod.FACE)
        visits.answer(record, options(visit_id), self._now)
        made = completed(nonce, visit_id) if is_completed else abandoned(nonce, visit_id)
        result = self.reader.sign(made)
        self.keep(result)
        return result

    def keep(self, result: SignedResult) -> None:
        Inbox(self.store).keep(result.cose, verify_result(result.cose, ROOTS), self._now)
        self._day.look(0.0)

    def revisits(self) -> dict[bytes, list[tuple[bytes, SameBy]]]:
        found = {visit: self.before(visit) for visit in (FIRST, SECOND, THIRD)}
        return {
            visit: [(earlier.visit_id, earlier.same) for earlier in before]
            for visit, before in found.items()
            if before
        }

    def before(self, visit: bytes) -> tuple[EarlierVisit, ...]:
        """Looked at again after each, or now for the first time: it must be the same."""
        self._day.look(0.0)
        fresh = RevisitsOfDay(self.store, DAY)
        fresh.look(0.0)
        assert fresh.before(visit) == self._day.before(visit)
        return fresh.before(visit)


@pytest.fixture
def reception(tmp_path: Path) -> Reception:
    return Reception(tmp_path)


def test_the_same_card_again_is_told_with_its_result(reception: Reception) -> None:
    reception.visit(FIRST)
    reception.visit(SECOND)
    assert reception.before(FIRST) == ()
    assert reception.before(SECOND) == (EarlierVisit(FIRST, ((UEID, 1),), SameBy.CARD),)


def test_each_earlier_visit_is_told_once_and_oldest_first(reception: Reception) -> None:
    reception.visit(FIRST, card=OTHER_CARD)
    reception.visit(SECOND)
    reception.visit(THIRD)
    assert reception.revisits() == {
        SECOND: [(FIRST, SameBy.PERSON)],
        THIRD: [(FIRST, SameBy.PERSON), (SECOND, SameBy.CARD)],
    }


def test_the_phone_after_the_card_is_the_same_person(reception: Reception) -> None:
    reception.visit(FIRST)
    written_otherwise = somebody_else(
        insured_identification_number="5678", name_kana="ウケツケタロウ", insurer_number="1130012"
    )
    reception.visit(SECOND, card=OTHER_CARD, record=written_otherwise)
    assert reception.revisits() == {SECOND: [(FIRST, SameBy.PERSON)]}


@pytest.mark.parametrize(
    "other",
    [
        {"name_kana": "ｳｹﾂｹ ｼﾞﾛｳ", "insured_branch_number": "01"},
        {"name_kana": "ｳｹﾂｹ ｼﾞﾛｳ"},
        {"insured_branch_number": "01"},
        {"insurer_number": "138057"},
        {"insured_card_symbol": "９９"},
        {"insured_identification_number": "５６７９"},
        {"birthdate": "19550602"},
        {"insured_identification_number": None},
    ],
)
def test_a_twin_or_anybody_else_is_not(reception: Reception, other: dict[str, str | None]) -> None:
    for visit, card in ((FIRST, CARD), (SECOND, OTHER_CARD)):
        record = somebody_else(**other) if visit == SECOND else RECORD
        reception.visit(visit, card=card, record=record)
    assert reception.revisits() == {}


def test_without_number_and_record_the_card_alone_tells(reception: Reception) -> None:
    reception.visit(FIRST, record=None)
    reception.visit(SECOND, card=OTHER_CARD, record=None)
    reception.visit(THIRD, record=None)
    assert reception.revisits() == {THIRD: [(FIRST, SameBy.CARD)]}


def test_a_result_that_was_sent_again_is_no_second_visit(reception: Reception) -> None:
    result = reception.visit(FIRST)
    reception.keep(result)
    assert reception.revisits() == {}


def test_a_visit_with_two_results_is_one_visit(reception: Reception) -> None:
    reception.visit(FIRST)
    ((nonce,),) = reception.store.rows("SELECT nonce FROM visits")
    reception.keep(reception.reader.sign(completed(nonce, FIRST)))
    assert reception.revisits() == {}
    reception.visit(SECOND)
    (earlier,) = reception.before(SECOND)
    assert earlier.results == ((UEID, 1), (UEID, 2))


def test_of_very_many_visits_the_newest_are_told(reception: Reception) -> None:
    visits = [bytes([number]) * 16 for number in range(40)]
    for visit in visits:
        reception.visit(visit)
    told = [earlier.visit_id for earlier in reception.before(visits[-1])]
    assert told == visits[-1 - MOST_EARLIER : -1]


def test_whoever_is_not_kept_any_more_is_forgotten_soon(reception: Reception) -> None:
    day = RevisitsOfDay(reception.store, DAY)
    reception.visit(FIRST)
    reception.visit(SECOND)
    day.look(0.0)
    reception.store.change("DELETE FROM visits WHERE visit_id = :first", {"first": FIRST})
    day.look(FORGET_EVERY_S - 1)
    assert [earlier.visit_id for earlier in day.before(SECOND)] == [FIRST]
    day.look(FORGET_EVERY_S)
    assert day.before(SECOND) == day.before(FIRST) == ()
    reception.store.change("DELETE FROM visits")
    day.look(2 * FORGET_EVERY_S)
    assert (day._visits, day._places) == ({}, {})


def test_only_completed_visits_count(reception: Reception) -> None:
    reception.visit(FIRST, is_completed=False)
    reception.visit(SECOND)
    reception.visit(THIRD, is_completed=False)
    assert reception.revisits() == {}


def test_a_result_that_belongs_to_no_visit_here_is_none(reception: Reception) -> None:
    reception.visit(FIRST, is_completed=False)
    reception.keep(reception.reader.sign(completed(b"another nonce 16", FIRST)))
    reception.visit(SECOND)
    assert reception.revisits() == {}


@pytest.mark.parametrize(("hour", "is_told"), [(0, True), (-1, False)])
def test_a_day_is_one_of_japan(reception: Reception, hour: int, is_told: bool) -> None:
    midnight = TODAY - timedelta(hours=9, minutes=1, seconds=2)
    reception.visit(FIRST, at=midnight + timedelta(hours=hour))
    reception.visit(SECOND, at=TODAY)
    assert bool(reception.revisits()) == is_told


def test_what_identifies_a_patient_does_not_show(reception: Reception) -> None:
    reception.visit(FIRST)
    reception.visit(SECOND)
    shown = repr(reception.before(SECOND))
    assert not any(word in shown for word in ("太郎", "5678", "cccc"))


def plan_of(reception: Reception, statement: Select[Any]) -> str:
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
    values = {name: value or 0 for name, value in compiled.params.items()}
    database = reception.store._connection.connection.driver_connection
    assert isinstance(database, sqlite3.Connection)
    steps = database.execute(f"EXPLAIN QUERY PLAN {compiled}", values)
    return "\n".join(step for *_, step in steps)


def test_the_first_look_begins_with_the_visits_and_later_ones_with_what_arrived(
    reception: Reception,
) -> None:
    """Results are never deleted: to look through all of them takes seconds after some years."""
    assert "results USING INDEX results_by_visit" in plan_of(reception, ALL)
    assert "results USING INDEX results_by_arrival" in plan_of(reception, SINCE)


def test_negative_control_a_first_look_that_does_not_say_so_twice(reception: Reception) -> None:
    assert "results_by_visit" not in plan_of(reception, SINCE)
