"""What the agent remembers of a visit, also after a restart."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.store import Store
from agent.visits import Visits
from hostlink.codec import encode
from hostlink.terms import CardKind, VerificationMethod
from tests.agent.world import RECORD, TODAY, VISIT_ID, options


@pytest.fixture
def visits(tmp_path: Path) -> Visits:
    return Visits(Store(tmp_path / "agent.sqlite3"))


def test_an_unknown_visit_is_not_found(visits: Visits) -> None:
    assert visits.find(VISIT_ID) is None


def test_opened_again_it_keeps_its_nonce_and_gets_a_new_challenge(visits: Visits) -> None:
    first = visits.challenge(VISIT_ID, CardKind.ANDROID, TODAY)
    second = visits.challenge(VISIT_ID, None, TODAY + timedelta(hours=1))

    assert (len(first.nonce), len(first.challenge)) == (16, 32)
    assert second.nonce == first.nonce
    assert second.challenge != first.challenge
    visit = visits.find(VISIT_ID)
    assert visit is not None
    assert visit.challenge == second.challenge
    assert visit.card_kind is CardKind.ANDROID


def test_two_visits_share_nothing(visits: Visits) -> None:
    one = visits.challenge(VISIT_ID, CardKind.MY_NUMBER, TODAY)
    other = visits.challenge(b"o" * 16, CardKind.MY_NUMBER, TODAY)
    assert one.nonce != other.nonce
    assert one.challenge != other.challenge


def test_a_challenge_is_good_for_one_proof(visits: Visits) -> None:
    visits.challenge(VISIT_ID, CardKind.MY_NUMBER, TODAY)
    visits.accept(VISIT_ID, b"proof", b"certificate", VerificationMethod.PIN)
    visit = visits.find(VISIT_ID)
    assert visit is not None
    assert (visit.challenge, visit.identity) == (None, b"proof")
    assert visit.method is VerificationMethod.PIN


def test_what_identifies_a_patient_does_not_show(visits: Visits) -> None:
    visits.challenge(VISIT_ID, CardKind.MY_NUMBER, TODAY)
    visits.accept(VISIT_ID, b"proof", b"certificate", VerificationMethod.PIN)
    text = repr(visits.find(VISIT_ID))
    assert "proof" not in text
    assert "certificate" not in text


def test_the_answer_survives_a_restart(visits: Visits, tmp_path: Path) -> None:
    visits.challenge(VISIT_ID, CardKind.MY_NUMBER, TODAY)
    visits.accept(VISIT_ID, b"proof", b"certificate", VerificationMethod.PIN)
    visits.answer(RECORD, options(), TODAY)

    visit = Visits(Store(tmp_path / "agent.sqlite3")).find(VISIT_ID)

    assert visit is not None
    assert visit.options == options()
    assert "太郎" not in repr(visit)


@pytest.mark.parametrize(
    ("certificate", "is_kept"), [(b"certificate", True), (b"another card", False)]
)
def test_a_new_proof_keeps_the_answer_about_the_same_certificate(
    visits: Visits, certificate: bytes, is_kept: bool
) -> None:
    visits.challenge(VISIT_ID, CardKind.MY_NUMBER, TODAY)
    visits.accept(VISIT_ID, b"proof", b"certificate", VerificationMethod.PIN)
    visits.answer(RECORD, options(), TODAY)
    visits.challenge(VISIT_ID, CardKind.MY_NUMBER, TODAY)
    visits.accept(VISIT_ID, b"another", certificate, VerificationMethod.PIN)
    visit = visits.find(VISIT_ID)
    assert visit is not None
    assert (visit.options is not None) == is_kept


def test_an_answer_from_before_there_were_questions_is_still_read(
    visits: Visits, tmp_path: Path
) -> None:
    """An agent that was updated meanwhile must take the result of that visit."""
    visits.challenge(VISIT_ID, CardKind.MY_NUMBER, TODAY)
    visits.answer(RECORD, options(VISIT_ID), TODAY)
    before = encode(replace(options(VISIT_ID), questions=None))
    assert b"\xa5\x01\x50" in before, "five fields, as it was"
    store = Store(tmp_path / "agent.sqlite3")
    store.change(
        "UPDATE visits SET options = :options WHERE visit_id = :id",
        {"options": before, "id": VISIT_ID},
    )
    visit = visits.find(VISIT_ID)
    assert visit is not None
    assert visit.options == replace(options(VISIT_ID), questions=None)
