"""The run finds ends that lose, double or reorder results, and links that come back too late."""

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from agent.inbox import Arrival, Inbox, Receipt
from device.jobs.record import RecordJobs
from device.outbox import Outbox
from hostlink.messages import SignedResult
from hostlink.session import Session
from hostlink.signing import VerifiedResult
from tests.hostlink.plain_pipe import PlainPipe
from tests.torture.runs import link

SHARE = 200


def faults(count: int = SHARE) -> str:
    return " ".join(failure.what for failure in link.run(count, seed=1).failures)


def test_nothing_is_found() -> None:
    report = link.run(SHARE, seed=1)
    assert report.failures == ()
    for what in ("frames lost", "frames damaged", "sessions ended: GAP", "results arrived"):
        assert int(report.counted[what]) > 0


def test_a_seed_repeats_a_trial_but_for_its_bytes() -> None:
    """Signatures and challenges differ in each session, and some of them in length."""
    first, again = link.run(1, seed=3), link.run(1, seed=3)
    assert (first.trials, first.failures) == (again.trials, again.failures)


def test_negative_control_an_agent_that_acknowledges_before_it_keeps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It writes five results at once, since that is faster."""
    keep, waiting = Inbox.keep, dict[int, list[tuple[bytes, VerifiedResult]]]()

    def keep_later(inbox: Inbox, cose: bytes, result: VerifiedResult, now: datetime) -> Receipt:
        unwritten = waiting.setdefault(id(inbox), [])
        unwritten.append((cose, result))
        if len(unwritten) == 5:
            for each in unwritten:
                keep(inbox, *each, now)
            unwritten.clear()
        return Receipt(Arrival.REPEATED, ())

    monkeypatch.setattr(Inbox, "keep", keep_later)
    assert "lost" in faults()


def test_negative_control_a_reader_that_forgets_what_it_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hand_over(jobs: RecordJobs) -> None:
        for result in jobs._outbox.pending():
            if jobs._tell_agent(result):
                jobs._outbox.acknowledge(result.seq)

    monkeypatch.setattr(RecordJobs, "_hand_over", hand_over)
    assert "lost" in faults()


def test_negative_control_a_reader_that_sends_the_newest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pending = Outbox.pending

    def newest_first(outbox: Outbox, *left_out: Any) -> Iterator[SignedResult]:
        yield from reversed(list(pending(outbox, *left_out)))

    monkeypatch.setattr(Outbox, "pending", newest_first)
    assert "kept in another order" in faults()


def test_negative_control_an_inbox_that_numbers_by_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(inbox: Inbox, cose: bytes, result: VerifiedResult, _: datetime) -> Receipt:
        inbox._store.change(
            "INSERT INTO results"
            " SELECT :ueid, 1 + count(*), :cose, x'', x'', x'', 1, 0, 1 + count(*), NULL"
            " FROM results",
            {"ueid": result.claims.ueid, "cose": cose},
        )
        return Receipt(Arrival.NEW, ())

    monkeypatch.setattr(Inbox, "keep", keep)
    assert "kept twice" in faults()


def test_negative_control_a_link_that_ignores_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """And has no TLS, which would notice them: a lost acknowledgement is never made up for."""

    def take_any(session: Session, seq: int) -> bool:
        is_new = seq >= session._next_seq_in
        session._next_seq_in = max(session._next_seq_in, seq + 1)
        return is_new

    monkeypatch.setattr("hostlink.session.TlsPipe", PlainPipe)
    monkeypatch.setattr(Session, "_is_next", take_any)
    assert "never acknowledged" in faults()


def test_negative_control_a_link_that_never_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("DEAD_AFTER_S", "HANDSHAKE_LIMIT_S", "PING_AFTER_S"):
        monkeypatch.setattr(f"hostlink.session.{limit}", math.inf)
    assert "come back after a silence" in faults() or "never acknowledged" in faults()


def test_negative_control_a_link_that_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hostlink.channel.RESTART_STEP_S", 2.0)
    assert "1 of 100 times the link needed" in faults()
