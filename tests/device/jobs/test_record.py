"""A record is called kept only when it is on the disk, and it travels until it is acknowledged."""

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from device.clock import Clock
from device.identity import Identity
from device.jobs.record import RecordJobs
from device.keys.errors import KeyStoreError
from device.keys.file import FileKey
from device.outbox import Outbox
from device.visit import events
from hostlink import codec
from hostlink.messages import Message, ResultCounts, SignedResult
from hostlink.signing import verify_result
from hostlink.terms import FailureCode
from tests.device.posted import Posted, finish
from tests.device.signing_reader import reader_identity
from tests.hostlink.pki import MAKER
from tests.hostlink.samples import ABANDONED, COMPLETED


@dataclass
class FakeLink:
    """Takes as many messages as it has room for."""

    room: int = 1_000_000
    taken: list[Message] = field(default_factory=list)
    after_one: Callable[[], None] = lambda: None

    def tell(self, message: Message) -> bool:
        if self.room == 0:
            return False
        self.room -= 1
        codec.encode(message)
        self.taken.append(message)
        self.after_one()
        return True

    @property
    def seqs(self) -> list[int]:
        return [message.seq for message in self.taken if isinstance(message, SignedResult)]


@dataclass
class Bench:
    folder: Path
    identity: Identity = field(default_factory=reader_identity)
    link: FakeLink = field(default_factory=FakeLink)
    posted: Posted = field(default_factory=Posted)

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.folder)
        self.jobs = RecordJobs(self.outbox, self.identity, Clock(), self.link.tell, self.posted)

    def keep(self, *turns: int) -> None:
        for turn in turns:
            self.jobs.keep(turn, COMPLETED, bytes(32))
        self.finish()

    def finish(self) -> None:
        finish(self.jobs._worker)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "outbox")
    yield made
    made.jobs.stop()


def test_a_record_is_kept_and_then_sent(bench: Bench) -> None:
    bench.keep(7)
    assert bench.posted.events == [events.RecordKept(7)]
    [sent] = bench.link.taken
    assert isinstance(sent, SignedResult)
    assert sent.cose == Outbox(bench.folder).latest()
    assert verify_result(sent.cose, (MAKER.leaf,)).claims.record == COMPLETED


def test_it_is_on_the_disk_before_it_is_called_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(file: int) -> None:
        real_fsync(file)
        told.append("synced")

    def rename(old: Path, new: Path) -> None:
        real_replace(old, new)
        told.append("renamed")

    link = FakeLink()

    def tell(message: Message) -> bool:
        told.append("sent")
        return link.tell(message)

    outbox = Outbox(tmp_path / "outbox")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    jobs = RecordJobs(
        outbox, reader_identity(), Clock(), tell, lambda event: told.append(type(event).__name__)
    )
    jobs.keep(1, ABANDONED, bytes(32))
    finish(jobs._worker)
    jobs.stop()
    assert told == ["synced", "renamed", "synced", "RecordKept", "sent"]


def test_a_full_disk_is_a_failure_and_with_space_again_the_next_one_works(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as inside:
        inside.setattr(os, "fsync", refuse)
        bench.keep(1)
    assert bench.posted.events == [events.JobFailed(1, FailureCode.STORAGE_UNAVAILABLE)]
    assert bench.link.taken == []
    bench.keep(2)
    assert bench.posted.events[1:] == [events.RecordKept(2)]
    assert bench.link.seqs == [1]


def test_a_broken_disk_lets_no_further_visit_begin(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    assert bench.jobs.why_closed() is None
    with monkeypatch.context() as inside:
        inside.setattr(os, "fsync", refuse)
        bench.keep(1)
    assert bench.jobs.why_closed() is FailureCode.STORAGE_UNAVAILABLE


def test_more_results_than_may_wait_let_no_further_visit_begin(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.outbox._CAPACITY", 3)
    monkeypatch.setattr("device.outbox._RESERVED", 1)
    bench.keep(1)
    assert bench.jobs.why_closed() is None
    bench.keep(2)
    assert bench.jobs.why_closed() is FailureCode.RESULTS_WAITING
    bench.jobs.acknowledge(1)
    bench.finish()
    assert bench.jobs.why_closed() is None


@dataclass(frozen=True)
class BrokenKey:
    """A key store that lost its key."""

    chain: tuple[bytes, ...]
    error: Exception

    def sign(self, data: bytes) -> bytes:
        raise self.error


@pytest.mark.parametrize("error", [KeyStoreError(), RuntimeError("what was this?")])
def test_without_a_signature_nothing_is_kept(tmp_path: Path, error: Exception) -> None:
    good = reader_identity()
    key = BrokenKey(good.key.chain, error)
    bench = Bench(tmp_path / "outbox", replace(good, key=key))
    bench.keep(1)
    assert bench.posted.events == [events.JobFailed(1, FailureCode.STORAGE_UNAVAILABLE)]
    assert list(bench.folder.iterdir()) == []
    bench.jobs.stop()


def test_a_damaged_newest_result_stops_the_reader_rather_than_breaking_the_chain(
    bench: Bench,
) -> None:
    bench.keep(1)
    (bench.folder / "00000000000000000001.cose").write_bytes(b"damaged")
    bench.keep(2)
    assert bench.posted.events[-1] == events.JobFailed(2, FailureCode.STORAGE_UNAVAILABLE)
    assert bench.outbox.next_seq == 2


def test_what_was_not_acknowledged_is_sent_again_when_the_link_is_up(bench: Bench) -> None:
    bench.link.room = 0
    bench.keep(1, 2, 3)
    assert bench.link.seqs == []
    bench.link.room = 10
    bench.jobs.send_pending()
    bench.finish()
    assert bench.link.seqs == [1, 2, 3]
    bench.jobs.acknowledge(2)
    bench.jobs.link_lost()
    bench.jobs.send_pending()
    bench.finish()
    assert bench.link.seqs == [1, 2, 3, 1, 3]


def test_it_counts_what_waits_and_what_was_sent_again(bench: Bench) -> None:
    bench.keep(1, 2, 3)
    assert bench.jobs.counts == ResultCounts(waiting=3, elsewhere=0, sent_again=0)
    bench.jobs.acknowledge(1)
    bench.jobs.link_lost()
    bench.jobs.send_pending()
    bench.finish()
    assert bench.jobs.counts == ResultCounts(waiting=2, elsewhere=0, sent_again=2)
    bench.jobs.acknowledge(3)
    bench.finish()
    assert bench.jobs.counts == ResultCounts(waiting=1, elsewhere=0, sent_again=2)


def of_another_clinic(folder: Path, *turns: int) -> Bench:
    """A reader that was there until today; nobody took its results."""
    bench = Bench(folder, replace(reader_identity(), audience="clinic-1111111-before"))
    bench.link.room = 0
    bench.keep(*turns)
    bench.jobs.stop()
    return bench


def test_what_another_clinic_is_to_have_waits_for_its_agent(tmp_path: Path) -> None:
    """It would refuse it in every session, alarm its staff, and see who was elsewhere."""
    before = of_another_clinic(tmp_path / "outbox", 1, 2)
    now = Bench(before.folder)
    now.keep(3)
    assert now.link.seqs == [3]
    assert now.jobs.counts == ResultCounts(waiting=3, elsewhere=2, sent_again=0)
    now.jobs.acknowledge(3)
    now.jobs.stop()
    back = Bench(before.folder, before.identity)
    back.jobs.send_pending()
    back.finish()
    back.jobs.stop()
    assert back.link.seqs == [1, 2]


def test_negative_control_a_reader_that_sends_everything_to_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordJobs, "_is_for_agent", lambda *_: True)
    before = of_another_clinic(tmp_path / "outbox", 1)
    now = Bench(before.folder)
    now.keep(2)
    now.jobs.stop()
    assert now.link.seqs == [1, 2]


@pytest.mark.parametrize("damage", [b"damaged", b"", bytes(20_000)], ids=len)
def test_a_damaged_result_holds_up_none_behind_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    """The agent sees the gap, and staff there hear of it."""
    first = Bench(tmp_path / "outbox")
    first.link.room = 0
    first.keep(1, 2)
    first.jobs.stop()
    (first.folder / "00000000000000000001.cose").write_bytes(damage)
    again = Bench(first.folder)
    again.jobs.send_pending()
    again.finish()
    again.jobs.stop()
    assert again.link.seqs == [2]
    assert "result 1 is damaged" in caplog.text


@pytest.mark.parametrize("seq", [1, 2, 4])
def test_what_was_never_sent_cannot_be_acknowledged(tmp_path: Path, seq: int) -> None:
    """An agent that is mistaken, or hostile, must not make the reader throw it away."""
    before = of_another_clinic(tmp_path / "outbox", 1, 2)
    now = Bench(before.folder)
    now.keep(3)
    now.link.room = 0
    now.keep(4)
    now.jobs.acknowledge(seq)
    now.finish()
    now.jobs.stop()
    assert now.jobs.counts.waiting == 4
    assert len(list(before.folder.glob("*.cose"))) == 4


def test_more_results_than_the_link_takes_at_once_all_travel(bench: Bench) -> None:
    """After a long time without the reception PC nothing waits for the next reconnect."""
    bench.link.room = 0
    bench.keep(*range(1, 8))
    bench.link.room = 3
    bench.jobs.send_pending()
    bench.finish()
    assert bench.link.seqs == [1, 2, 3]
    for seq in range(1, 8):
        bench.link.room += 1
        bench.jobs.acknowledge(seq)
        bench.finish()
    assert bench.link.seqs == [1, 2, 3, 4, 5, 6, 7]


def test_a_new_result_does_not_overtake_those_that_wait(bench: Bench) -> None:
    bench.link.room = 0
    bench.keep(1, 2)
    bench.link.room = 10
    bench.keep(3)
    assert bench.link.seqs == [1, 2, 3]


def test_after_a_lost_link_a_new_result_does_not_overtake_those_it_had_taken(bench: Bench) -> None:
    """The job that keeps it may run after the next link is up, before the one that sends again."""
    bench.keep(1, 2)
    bench.jobs.link_lost()
    bench.keep(3)
    bench.jobs.send_pending()
    bench.finish()
    assert bench.link.seqs == [1, 2, 1, 2, 3]


def test_a_link_lost_between_two_results_gets_no_more_of_them(bench: Bench) -> None:
    bench.link.room = 0
    bench.keep(1, 2, 3)
    bench.link.room, bench.link.after_one = 10, bench.jobs.link_lost
    bench.jobs.send_pending()
    bench.finish()
    assert bench.link.seqs == [1]
    bench.link.after_one = lambda: None
    bench.jobs.send_pending()
    bench.finish()
    assert bench.link.seqs == [1, 1, 2, 3]


def test_a_link_that_refuses_a_result_does_not_undo_that_it_is_kept(tmp_path: Path) -> None:
    def tell(_: Message) -> bool:
        raise ValueError

    posted = Posted()
    jobs = RecordJobs(Outbox(tmp_path / "outbox"), reader_identity(), Clock(), tell, posted)
    jobs.keep(1, COMPLETED, bytes(32))
    finish(jobs._worker)
    jobs.stop()
    # The visit left turn 1 with the first event, so the second one is history to it.
    assert posted.events[0] == events.RecordKept(1)
    assert Outbox(tmp_path / "outbox").next_seq == 2


def test_the_key_is_the_one_of_the_product() -> None:
    assert isinstance(reader_identity().key, FileKey)
