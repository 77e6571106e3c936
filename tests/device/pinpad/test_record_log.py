"""A log in one or two files: what counts after each of them was cut, lost or changed."""

from collections.abc import Callable

import pytest

from device.pinpad.errors import AttemptLogError
from device.pinpad.record_log import LogCondition, RecordLog
from device.pinpad.sealed_records import RecordSeal
from tests.device.pinpad.fake_disk import FakeDisk, crashes

SEAL = RecordSeal(bytes(range(32)), body_bytes=1)
COPIES = ("a.log", "b.log")


def opened(disk: FakeDisk) -> RecordLog:
    return RecordLog(disk, COPIES, SEAL)


@pytest.fixture
def disk() -> FakeDisk:
    """Both files hold 1, 2, 3."""
    disk = FakeDisk()
    log = opened(disk)
    assert log.condition is LogCondition.MISSING
    log.rewrite((b"1", b"2"))
    log.append(b"3")
    return disk


def content(disk: FakeDisk, name: str) -> bytearray:
    return disk.now.files[disk.now.names[name]]


def test_both_files_are_the_same(disk: FakeDisk) -> None:
    assert content(disk, "a.log") == content(disk, "b.log")
    assert opened(disk).bodies == (b"1", b"2", b"3")


@pytest.mark.parametrize("lost", COPIES)
def test_a_file_that_is_lost_is_made_again_from_the_other(disk: FakeDisk, lost: str) -> None:
    disk.remove(lost)
    log = opened(disk)
    assert (log.condition, log.bodies) == (LogCondition.INTACT, (b"1", b"2", b"3"))
    log.append(b"4")
    assert content(disk, "a.log") == content(disk, "b.log")


@pytest.mark.parametrize("changed", COPIES)
def test_a_file_that_was_changed_is_made_again_from_the_other(disk: FakeDisk, changed: str) -> None:
    content(disk, changed)[5] ^= 1
    assert opened(disk).bodies == (b"1", b"2", b"3")
    assert content(disk, "a.log") == content(disk, "b.log")


@pytest.mark.parametrize("older", COPIES)
def test_a_file_of_before_is_overruled_by_the_one_that_goes_further(
    disk: FakeDisk, older: str
) -> None:
    before = bytes(content(disk, older))
    opened(disk).append(b"4")
    content(disk, older)[:] = before
    assert opened(disk).bodies == (b"1", b"2", b"3", b"4")


def test_one_torn_end_is_a_power_cut_and_two_are_none(disk: FakeDisk) -> None:
    content(disk, "a.log").extend(b"begun")
    assert opened(disk).bodies == (b"1", b"2", b"3")
    content(disk, "a.log").extend(b"begun")
    content(disk, "b.log").extend(b"begun")
    assert opened(disk).condition is LogCondition.DAMAGED


def test_with_both_changed_nothing_is_believed_or_added(disk: FakeDisk) -> None:
    for name in COPIES:
        content(disk, name)[5] ^= 1
    log = opened(disk)
    assert (log.condition, log.bodies) == (LogCondition.DAMAGED, ())
    with pytest.raises(AttemptLogError):
        log.append(b"4")


def test_a_log_that_was_begun_anew_overrules_what_was_there_in_either_file(disk: FakeDisk) -> None:
    log = opened(FakeDisk(disk.now))
    log.rewrite((b"9",))
    anew = log._disk
    assert isinstance(anew, FakeDisk)
    for name in COPIES:
        mixed = FakeDisk(disk.now)
        content(mixed, name)[:] = content(anew, name)
        assert opened(mixed).bodies == (b"9",)


def test_beginning_anew_leaves_the_old_log_or_the_new_one_at_every_power_cut(
    disk: FakeDisk,
) -> None:
    cut = FakeDisk(disk.now)
    opened(cut).rewrite((b"9",))
    found = {opened(FakeDisk(crash.image)).bodies for crash in crashes(cut)}
    assert found == {(b"1", b"2", b"3"), (b"9",)}


@pytest.mark.parametrize("call", ["append", "sync", "read", "rename", "remove", "sync_folder"])
def test_after_a_failed_call_nothing_is_written_until_the_next_start(
    disk: FakeDisk, call: str
) -> None:
    log = opened(disk)
    writes: tuple[Callable[[], None], ...] = (
        lambda: log.append(b"9"),
        lambda: log.rewrite((b"9",)),
    )
    disk.failing = {call}
    with pytest.raises(AttemptLogError):
        writes[call in {"rename", "remove", "sync_folder"}]()
    disk.failing = set()
    for write in writes:
        with pytest.raises(AttemptLogError):
            write()


def test_a_disk_that_cannot_be_read_is_no_missing_log(disk: FakeDisk) -> None:
    disk.failing = {"read"}
    log = opened(disk)
    assert log.condition is LogCondition.UNREADABLE
    with pytest.raises(AttemptLogError):
        log.rewrite((b"9",))


@pytest.mark.parametrize("call", ["sync", "sync_folder"])
def test_what_a_start_has_seen_is_on_the_disk_for_good(disk: FakeDisk, call: str) -> None:
    """The program before it ended without the power, so what it wrote was only in a cache."""
    before = RecordLog(disk, ("a.log",), SEAL)
    writes = {"sync": lambda: before.append(b"9"), "sync_folder": lambda: before.rewrite((b"9",))}
    disk.failing = {call}
    with pytest.raises(AttemptLogError):
        writes[call]()
    disk.failing = set()
    seen = RecordLog(disk, ("a.log",), SEAL).bodies
    assert seen[-1:] == (b"9",)
    for crash in crashes(disk, only_at_the_end=True):
        assert RecordLog(FakeDisk(crash.image), ("a.log",), SEAL).bodies == seen
