"""Each result is kept once; what does not fit together is told."""

from pathlib import Path

import pytest
from sqlalchemy import literal

from agent.errors import StoreUnavailableError
from agent.inbox import Arrival, Inbox, Receipt
from agent.journal import Alarm
from agent.store import Store
from hostlink.messages import FaceMatch, SignedResult
from hostlink.signing import verify_result
from hostlink.terms import MatchBand
from tests.agent.world import ROOTS, TODAY, VISIT_ID, SigningReader, abandoned, completed
from tests.hostlink.pki import UEID

NONCE = b"n" * 16


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "agent.sqlite3")


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store)


@pytest.fixture
def reader() -> SigningReader:
    return SigningReader()


def keep(inbox: Inbox, result: SignedResult) -> Receipt:
    return inbox.keep(result.cose, verify_result(result.cose, ROOTS), TODAY)


def test_a_new_result_is_kept_as_it_was_signed(
    inbox: Inbox, store: Store, reader: SigningReader
) -> None:
    result = reader.sign(completed(NONCE))
    assert keep(inbox, result) == Receipt(Arrival.NEW, ())
    assert store.rows("SELECT ueid, seq, cose, visit_id, nonce FROM results") == [
        (UEID, 1, result.cose, VISIT_ID, NONCE)
    ]


@pytest.mark.parametrize("counter", ["発熱外来", "", None])
def test_it_is_kept_where_it_arrived(
    store: Store, reader: SigningReader, counter: str | None
) -> None:
    keep(Inbox(store, counter), reader.sign(completed(NONCE)))
    assert store.rows("SELECT counter FROM results") == [(counter,)]


def test_what_is_kept_says_how_clearly_the_face_matched_and_by_which_threshold(
    inbox: Inbox, store: Store, reader: SigningReader
) -> None:
    keep(inbox, reader.sign(completed(NONCE)))
    ((cose,),) = store.rows("SELECT cose FROM results")
    kept = verify_result(cose, ROOTS).claims.record
    assert kept.match == FaceMatch(MatchBand.CLEAR_MATCH, "adults-1e-4")


def test_the_same_result_again_changes_nothing(
    inbox: Inbox, store: Store, reader: SigningReader
) -> None:
    result = reader.sign(completed(NONCE))
    keep(inbox, result)
    assert keep(inbox, result) == Receipt(Arrival.REPEATED, ())
    assert store.rows("SELECT count(*) FROM results") == [(1,)]


def test_other_bytes_under_the_same_number_lie_aside(inbox: Inbox, store: Store) -> None:
    first, second = (
        SigningReader().sign(record) for record in (completed(NONCE), abandoned(NONCE))
    )
    keep(inbox, first)
    for _ in range(2):
        assert keep(inbox, second) == Receipt(Arrival.CONFLICTING, (Alarm.RESULT_CONFLICT,))
    assert store.rows("SELECT cose FROM results") == [(first.cose,)]
    assert store.rows("SELECT cose FROM conflicts") == [(second.cose,)]


def test_a_place_in_the_list_that_another_took_makes_no_conflict(
    store: Store, reader: SigningReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As beside a second agent in one database: acknowledged as a conflict it would be lost."""
    monkeypatch.setattr("agent.inbox.NEXT_ARRIVAL", literal(1))
    inbox = Inbox(store)
    keep(inbox, reader.sign(completed(NONCE)))
    with pytest.raises(StoreUnavailableError):
        keep(inbox, reader.sign(completed(NONCE)))
    assert store.rows("SELECT seq FROM conflicts") == []


def test_a_chain_without_gap_raises_no_alarm(inbox: Inbox, reader: SigningReader) -> None:
    for _ in range(3):
        assert keep(inbox, reader.sign(completed(NONCE))).alarms == ()


def test_a_known_readers_first_result_here_may_have_any_number(inbox: Inbox) -> None:
    assert keep(inbox, SigningReader(next_seq=500).sign(completed(NONCE))).alarms == ()


def test_a_gap_is_kept_and_told(inbox: Inbox, reader: SigningReader) -> None:
    keep(inbox, reader.sign(completed(NONCE)))
    reader.sign(completed(NONCE))
    receipt = keep(inbox, reader.sign(completed(NONCE)))
    assert receipt == Receipt(Arrival.NEW, (Alarm.RESULT_GAP,))


def test_a_broken_chain_is_kept_and_told(inbox: Inbox, reader: SigningReader) -> None:
    keep(inbox, reader.sign(completed(NONCE)))
    reader.previous_hash = b"x" * 32
    receipt = keep(inbox, reader.sign(completed(NONCE)))
    assert receipt == Receipt(Arrival.NEW, (Alarm.RESULT_CHAIN_BROKEN,))


def test_the_highest_number_is_known_for_each_reader(inbox: Inbox, reader: SigningReader) -> None:
    assert inbox.highest_seq(UEID) == -1
    for _ in range(2):
        keep(inbox, reader.sign(completed(NONCE)))
    assert inbox.highest_seq(UEID) == 2
    assert inbox.highest_seq(b"another") == -1
