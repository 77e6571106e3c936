"""A question rests on the disk as every answer does, also when events are worked on together."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from agent.schema import VISITS
from agent.visits import Visits
from hostlink.messages import VisitChallenge, VisitOpened, VisitOptions
from hostlink.terms import CardKind
from tests.agent.desk_bench import ANSWER, DeskBench
from tests.agent.world import VISIT_ID, Card, SigningReader, abandoned, card


@pytest.fixture(scope="module")
def patient() -> Card:
    return card()


def work(bench: DeskBench, *events: Callable[[], None]) -> None:
    """As the service does: in one transaction, a savepoint for each, then what is due."""
    with bench.changes.together():
        for event in events:
            with suppress(ZeroDivisionError), bench.changes.event():
                event()
    for act in bench.changes.due():
        act()


def opened(bench: DeskBench) -> VisitChallenge:
    work(bench, partial(bench.desk.visit_opened, VisitOpened(VISIT_ID, CardKind.MY_NUMBER)))
    (challenge,) = bench.said
    assert isinstance(challenge, VisitChallenge)
    return challenge


def fail(*_: object) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("is_held_back", [True, False], ids=["held back", "negative control"])
def test_what_a_fault_takes_back_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patient: Card, *, is_held_back: bool
) -> None:
    bench = DeskBench(tmp_path / "agent.sqlite3", is_held_back=is_held_back)
    challenge = opened(bench)
    prove = partial(bench.desk.identity_proven, patient.prove(challenge))
    with monkeypatch.context() as patch:
        patch.setattr(Visits, "accept", fail)
        work(bench, prove)
    assert bench.store.rows(select(VISITS.c.identity)) == [(None,)]
    if not is_held_back:
        work(bench, partial(bench.desk.eligibility_answered, bench.asked[0], ANSWER))
        assert isinstance(bench.said[-1], VisitOptions), "for a proof that the store does not hold"
        return
    assert bench.asked == []
    work(bench, prove)
    work(bench, partial(bench.desk.eligibility_answered, bench.asked[0], ANSWER))
    assert isinstance(bench.said[-1], VisitOptions)


def test_a_proof_that_comes_twice_at_once_is_asked_for_once(tmp_path: Path, patient: Card) -> None:
    bench = DeskBench(tmp_path / "agent.sqlite3", is_held_back=True)
    prove = partial(bench.desk.identity_proven, patient.prove(opened(bench)))
    work(bench, prove, prove)
    assert len(bench.asked) == 1


def test_nobody_is_asked_about_a_visit_that_ended_with_its_proof(
    tmp_path: Path, patient: Card
) -> None:
    bench = DeskBench(tmp_path / "agent.sqlite3", is_held_back=True)
    challenge = opened(bench)
    result = SigningReader().sign(abandoned(challenge.nonce))
    work(
        bench,
        partial(bench.desk.identity_proven, patient.prove(challenge)),
        partial(bench.desk.result_arrived, result),
    )
    assert bench.asked == []
