"""A result that was called kept is there after any power cut, whole and under its own number.

Source: facts/security.md §3.2 (crash model) and §5.1; docs/decisions/0004.
"""

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from device import outbox as module
from device.disk import keep_file
from device.outbox import Outbox, OutboxError
from hostlink.messages import SignedResult
from tests.device.pinpad.fake_disk import Crash, crashes
from tests.device.recorded_disk import lay_out, recorded


def signed(seq: int) -> bytes:
    return b"result %d" % seq


def sign(seq: int, previous: bytes | None) -> bytes:
    """Refuses to continue from anything but the result before."""
    assert previous == (signed(seq - 1) if seq > 1 else None)
    return signed(seq)


def sign_anything(seq: int, _: bytes | None) -> bytes:
    return signed(seq)


def seqs(outbox: Outbox) -> list[int]:
    return [result.seq for result in outbox.pending()]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


@pytest.fixture
def outbox(folder: Path) -> Outbox:
    return Outbox(folder)


def test_the_first_result_is_number_one(outbox: Outbox) -> None:
    assert (outbox.next_seq, outbox.latest(), seqs(outbox)) == (1, None, [])
    assert outbox.append(sign) == SignedResult(1, signed(1))
    assert (outbox.next_seq, outbox.latest(), seqs(outbox)) == (2, signed(1), [1])


def test_numbers_are_without_gaps_over_restarts(folder: Path) -> None:
    for start in range(4):
        outbox = Outbox(folder)
        assert outbox.next_seq == 2 * start + 1
        for _ in range(2):
            outbox.append(sign)
        if start % 2:
            outbox.acknowledge(outbox.next_seq - 1)
    assert seqs(Outbox(folder)) == list(range(1, 9))


def test_results_wait_in_the_order_of_their_numbers(folder: Path, outbox: Outbox) -> None:
    for _ in range(12):
        outbox.append(sign)
    assert seqs(outbox) == seqs(Outbox(folder)) == list(range(1, 13))
    assert [result.seq for result in outbox.pending(after=9)] == [10, 11, 12]


def test_an_acknowledged_result_is_removed(folder: Path, outbox: Outbox) -> None:
    for _ in range(3):
        outbox.append(sign)
    outbox.acknowledge(2)
    assert seqs(outbox) == seqs(Outbox(folder)) == [1, 3]
    outbox.acknowledge(2)
    outbox.acknowledge(99)
    assert seqs(outbox) == [1, 3]


def test_the_newest_stays_although_acknowledged(folder: Path, outbox: Outbox) -> None:
    outbox.append(sign)
    outbox.acknowledge(1)
    assert seqs(outbox) == []
    assert outbox.latest() == signed(1)
    again = Outbox(folder)
    assert (again.next_seq, again.latest()) == (2, signed(1))
    again.acknowledge(1)
    again.append(sign)
    assert names(folder) == ["00000000000000000002.cose"]


def test_files_of_others_are_left_alone(folder: Path, outbox: Outbox) -> None:
    outbox.append(sign)
    strange = ["notes.txt", "7.cose", "readme.cose", "-0000000000000000002.cose"]
    for name in strange:
        (folder / name).write_bytes(b"not ours")
    again = Outbox(folder)
    assert (seqs(again), again.next_seq) == ([1], 2)
    assert set(strange) <= set(names(folder))


def test_an_unfinished_file_is_swept_away(folder: Path, outbox: Outbox) -> None:
    outbox.append(sign)
    (folder / "00000000000000000002.part").write_bytes(b"resu")
    assert seqs(Outbox(folder)) == [1]
    assert names(folder) == ["00000000000000000001.cose"]


def test_results_are_for_the_reader_alone(folder: Path, outbox: Outbox) -> None:
    outbox.append(sign)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_one_unreadable_result_does_not_hold_up_the_others(
    folder: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        outbox.append(sign)
    damaged = folder / "00000000000000000002.cose"
    damaged.unlink()
    damaged.mkdir()
    assert seqs(outbox) == [1, 3]
    assert "result 2 cannot be read" in caplog.text


def test_a_full_outbox_stops_rather_than_dropping_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CAPACITY", 3)
    monkeypatch.setattr(module, "_RESERVED", 1)
    outbox = Outbox(folder)
    filled = []
    for _ in range(3):
        filled.append(outbox.is_full)
        outbox.append(sign)
    assert filled == [False, False, True]
    before = names(folder)
    with pytest.raises(OutboxError, match="full"):
        outbox.append(sign)
    assert names(folder) == before
    assert Outbox(folder).is_full
    outbox.acknowledge(1)
    assert outbox.append(sign).seq == 4
    outbox.acknowledge(2)
    outbox.acknowledge(3)
    assert not outbox.is_full


def test_a_signature_that_fails_keeps_nothing(folder: Path, outbox: Outbox) -> None:
    def refuse(seq: int, previous: bytes | None) -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        outbox.append(refuse)
    assert names(folder) == []
    assert outbox.append(sign).seq == 1


# --- a disk that refuses ------------------------------------------------------------------------


@dataclass
class FailingCall:
    """Makes the nth call of one function of `os` fail, and those after it while it is armed."""

    name: str
    nth: int
    number: int
    calls: int = 0
    is_armed: bool = True

    def double(self, real: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object, **named: object) -> object:
            self.calls += self.is_armed
            if self.is_armed and self.calls >= self.nth:
                raise OSError(self.number, os.strerror(self.number))
            return real(*given, **named)

        return call


REFUSALS = [
    ("open", 1, errno.ENOSPC),
    ("write", 1, errno.ENOSPC),
    ("write", 2, errno.ENOSPC),
    ("fsync", 1, errno.EIO),
    ("replace", 1, errno.EIO),
    ("open", 2, errno.EMFILE),
    ("fsync", 2, errno.EIO),
]


@pytest.mark.parametrize(("name", "nth", "number"), REFUSALS)
def test_when_the_disk_refuses_nothing_is_kept_and_nothing_is_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, nth: int, number: int
) -> None:
    outbox = Outbox(folder)
    outbox.append(sign)
    before = names(folder)
    refusal = FailingCall(name, nth, number)
    real_write = os.write
    with monkeypatch.context() as inside:
        inside.setattr(os, "write", lambda file, data: real_write(file, data[:4]))
        inside.setattr(os, name, refusal.double(getattr(os, name)))
        with pytest.raises(OutboxError) as error:
            outbox.append(sign)
    assert refusal.calls >= nth
    assert str(number) in str(error.value)
    assert (names(folder), outbox.next_seq, seqs(outbox)) == (before, 2, [1])
    assert seqs(Outbox(folder)) == [1]
    again = outbox
    if number != errno.ENOSPC:
        with pytest.raises(OutboxError, match="restart"):
            outbox.append(sign)
        again = Outbox(folder)
    assert again.append(sign) == SignedResult(2, signed(2))
    assert seqs(Outbox(folder)) == [1, 2]


def test_a_disk_that_takes_a_few_bytes_at_a_time_still_gets_all(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write = os.write
    with monkeypatch.context() as inside:
        inside.setattr(os, "write", lambda file, data: real_write(file, data[:1]))
        outbox.append(sign)
    assert outbox.latest() == signed(1)


def test_what_cannot_be_removed_is_removed_later(
    folder: Path, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.append(sign)
    outbox.append(sign)
    with monkeypatch.context() as inside:
        inside.setattr(os, "unlink", FailingCall("unlink", 1, errno.EIO).double(os.unlink))
        outbox.acknowledge(1)
        assert outbox.append(sign).seq == 3
    assert seqs(outbox) == [2, 3]
    outbox.append(sign)
    assert seqs(Outbox(folder)) == [2, 3, 4]


# --- power cuts ---------------------------------------------------------------------------------

Story = Callable[[Path, Callable[[str], None]], None]


def two_days(folder: Path, mark: Callable[[str], None]) -> None:
    """Four results; some are acknowledged, one of them while it is the newest."""
    outbox = Outbox(folder)

    def keep() -> None:
        mark(f"kept {outbox.append(sign_anything).seq}")

    def acknowledge(seq: int) -> None:
        mark(f"held {seq}")
        outbox.acknowledge(seq)

    keep()
    acknowledge(1)
    keep()
    keep()
    acknowledge(3)
    acknowledge(2)
    keep()


def two_results(folder: Path, mark: Callable[[str], None]) -> None:
    """Short, because what is never synced doubles the ways a disk may look."""
    outbox = Outbox(folder)
    for _ in range(2):
        mark(f"kept {outbox.append(sign_anything).seq}")


def forgetful(folder: Path, mark: Callable[[str], None]) -> None:
    """Wrong on purpose: also the newest result goes as soon as the agent holds it."""
    two_days(folder, mark)
    mark("held 4")
    os.unlink(folder / "00000000000000000004.cose")  # noqa: PTH108


def in_place(path: Path, content: bytes) -> None:
    """Wrong on purpose: written under its own name; only that is synced."""
    write(path, content, is_synced=False)
    module_sync(path.parent)


def never_synced(path: Path, content: bytes) -> None:
    """Wrong on purpose: beside and renamed, but nothing is synced."""
    write(path.with_suffix(".part"), content, is_synced=False)
    path.with_suffix(".part").replace(path)


def only_name_synced(path: Path, content: bytes) -> None:
    """Wrong on purpose: the name is durable and the content may not be."""
    never_synced(path, content)
    module_sync(path.parent)


def only_content_synced(path: Path, content: bytes) -> None:
    """Wrong on purpose: the content is durable and the name may not be."""
    write(path.with_suffix(".part"), content, is_synced=True)
    path.with_suffix(".part").replace(path)


def write(path: Path, content: bytes, *, is_synced: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(descriptor, content)
    if is_synced:
        os.fsync(descriptor)
    os.close(descriptor)


def module_sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


@dataclass
class Count:
    """What came out of all power cuts of one design."""

    crashes: int = 0
    lost: int = 0
    """Called kept, not held by the agent, and gone."""
    torn: int = 0
    """Offered to the agent though it is not what was signed."""
    reused: int = 0
    """The next result would get a number that is taken."""
    stuck: int = 0
    """No further result can be kept."""

    @property
    def harm(self) -> tuple[int, int, int, int]:
        return self.lost, self.torn, self.reused, self.stuck


@pytest.fixture
def count_crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Count]:
    def count_them(story: Story, keep: Callable[[Path, bytes], None] = keep_file) -> Count:
        folder, count = tmp_path / "story", Count()
        folder.mkdir()
        with monkeypatch.context() as inside, recorded(folder, monkeypatch) as disk:
            inside.setattr(module, "keep_file", keep)
            story(folder, disk.mark)
        monkeypatch.setattr(os, "fsync", lambda _: None)
        for crash in crashes(disk):
            judge(crash, tmp_path / "after", count)
        return count

    return count_them


def judge(crash: Crash, folder: Path, count: Count) -> None:
    lay_out(crash, folder)
    count.crashes += 1
    kept = {int(mark.split()[1]) for mark in crash.marks if mark.startswith("kept")}
    held = {int(mark.split()[1]) for mark in crash.marks if mark.startswith("held")}
    outbox = Outbox(folder)
    offered = {result.seq: result.cose for result in outbox.pending()}
    count.lost += not (kept - held) <= offered.keys()
    count.torn += any(cose != signed(seq) for seq, cose in offered.items())
    count.reused += outbox.next_seq <= max(kept, default=0)
    try:
        seq = outbox.append(sign).seq
        count.stuck += outbox.latest() != signed(seq)
    except (AssertionError, OutboxError):
        count.stuck += 1
    shutil.rmtree(folder)


def test_no_power_cut_loses_tears_or_renumbers_a_kept_result(
    count_crashes: Callable[..., Count],
) -> None:
    count = count_crashes(two_days)
    assert count.crashes > 150
    assert count.harm == (0, 0, 0, 0)


@pytest.mark.parametrize("keep", [in_place, never_synced, only_name_synced, only_content_synced])
def test_careless_writing_is_caught(
    count_crashes: Callable[..., Count], keep: Callable[[Path, bytes], None]
) -> None:
    count = count_crashes(two_results, keep)
    assert count.lost + count.torn > 0


def test_an_outbox_that_forgets_its_newest_result_is_caught(
    count_crashes: Callable[..., Count],
) -> None:
    assert count_crashes(forgetful).reused > 0


class Watched(list[int]):
    """Numbers of results; whoever looks while one is taken out is another thread."""

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(outbox._seqs)
        self._outbox = outbox
        self.seen: list[int] = []

    def remove(self, value: int) -> None:
        self.seen.append(self._outbox.waiting)
        super().remove(value)
        self.seen.append(self._outbox.waiting)


def test_what_waits_is_counted_while_results_are_taken_out(outbox: Outbox) -> None:
    for _ in range(3):
        outbox.append(sign)
    outbox._seqs = watched = Watched(outbox)
    for seq in (2, 1, 3):
        outbox.acknowledge(seq)
    # The newest stays, for the number and the hash that the next one continues from.
    assert watched.seen == [2, 2, 1, 1]
    assert outbox.waiting == 0
