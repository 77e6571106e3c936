"""Power cuts at every point of an attempt: no PIN reaches a card without a trace on the disk.

Three designs known to be wrong, and two disks that lie, must be caught by the same enumeration.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from device.pinpad.attempts import MAX_AGE_S, AttemptOutcome, PinAttempts
from device.pinpad.disk import Disk
from device.pinpad.record import Record, RecordKind
from tests.device.pinpad.fake_disk import Crash, FakeDisk, Image, crashes

KEY = bytes(range(32))
CARD = b"card of the test"
OTHER_CARD = b"another card"
THIRD_CARD = b"a third card"
START_S = 1_800_000_000


class Clock:
    def __init__(self) -> None:
        self.s = float(START_S)

    def __call__(self) -> float:
        return self.s


def try_twice(disk: FakeDisk) -> None:
    """The patient enters a wrong PIN twice."""
    attempts = PinAttempts(disk, KEY, Clock())
    for tries_left in (2, 1):
        token = attempts.begin(CARD)
        disk.mark(f"verify {tries_left}")
        token.settle(AttemptOutcome.REJECTED, tries_left)
        disk.mark(f"settled {tries_left}")


def check_then_write(disk: FakeDisk) -> None:
    """Wrong on purpose: the card is asked first and the disk told afterwards."""
    log = RawLog(disk)
    for tries_left in (2, 1):
        disk.mark(f"verify {tries_left}")
        log.append(RecordKind.REJECTED, tries_left)
        disk.sync("pin_attempts.log")
        disk.mark(f"settled {tries_left}")


def write_without_sync(disk: FakeDisk) -> None:
    """Wrong on purpose: the intent is written, but may still lie in a cache."""
    log = RawLog(disk)
    for tries_left in (2, 1):
        log.append(RecordKind.INTENT, None)
        disk.mark(f"verify {tries_left}")
        log.append(RecordKind.REJECTED, tries_left)
        disk.sync("pin_attempts.log")
        disk.mark(f"settled {tries_left}")


def rewrite_in_place(disk: FakeDisk) -> None:
    """Wrong on purpose: the whole log is cut off and written anew each time."""
    log = RawLog(disk)
    for tries_left in (2, 1):
        disk.truncate("pin_attempts.log", 0)
        log.append(RecordKind.INTENT, None)
        disk.sync("pin_attempts.log")
        disk.mark(f"verify {tries_left}")
        disk.truncate("pin_attempts.log", 0)
        log.append(RecordKind.REJECTED, tries_left)
        disk.sync("pin_attempts.log")
        disk.mark(f"settled {tries_left}")


class RawLog:
    """Writes the records of `CARD` without any of the product's care."""

    def __init__(self, disk: Disk) -> None:
        attempts = PinAttempts(disk, KEY, Clock())
        self._tag = attempts._tag(CARD)
        self._disk = disk

    def append(self, kind: RecordKind, tries_left: int | None) -> None:
        record = Record(kind, 1, START_S, self._tag, tries_left)
        self._disk.append("pin_attempts.log", record.encode())


@dataclass
class Count:
    """What came out of all crashes of one design."""

    crashes: int = 0
    free_tries: int = 0
    """A PIN went to the card and the log knows nothing of it."""
    lost_outcomes: int = 0
    """An outcome was recorded for certain and the log does not have it."""
    dead_ends: int = 0
    """The log does not allow another attempt after the card was asked."""


def count_crashes(
    story: Callable[[FakeDisk], None], is_lying: frozenset[str] = frozenset()
) -> Count:
    disk, count = FakeDisk(is_lying=is_lying), Count()
    story(disk)
    for crash in crashes(disk):
        count.crashes += 1
        count.free_tries += is_free_try(crash)
        count.lost_outcomes += is_outcome_lost(crash)
        count.dead_ends += is_dead_end(crash.image)
    return count


def is_free_try(crash: Crash) -> bool:
    verified = [mark for mark in crash.marks if mark.startswith("verify")]
    if not verified:
        return False
    attempts = PinAttempts(FakeDisk(crash.image), KEY, Clock())
    told = int(verified[-1].split()[1])
    return not attempts.has_unsettled(CARD) and attempts.tries_left_seen(CARD) != told


def is_outcome_lost(crash: Crash) -> bool:
    if not crash.marks or not crash.marks[-1].startswith("settled"):
        return False
    attempts = PinAttempts(FakeDisk(crash.image), KEY, Clock())
    return attempts.tries_left_seen(CARD) != int(crash.marks[-1].split()[1])


def is_dead_end(image: Image) -> bool:
    disk = FakeDisk(image)
    attempts = PinAttempts(disk, KEY, Clock())
    attempts.note_tries(CARD, 2)
    attempts.begin(CARD)
    return not PinAttempts(FakeDisk(disk.now), KEY, Clock()).has_unsettled(CARD)


def test_no_power_cut_gives_a_free_try_or_a_dead_end() -> None:
    count = count_crashes(try_twice)
    assert count.crashes > 100
    assert (count.free_tries, count.lost_outcomes, count.dead_ends) == (0, 0, 0)


@pytest.mark.parametrize("story", [check_then_write, write_without_sync, rewrite_in_place])
def test_wrong_designs_are_caught(story: Callable[[FakeDisk], None]) -> None:
    count = count_crashes(story)
    assert count.free_tries > 0


@pytest.mark.parametrize("lie", ["sync", "sync_folder"])
def test_disks_that_lie_are_caught(lie: str) -> None:
    count = count_crashes(try_twice, frozenset({lie}))
    assert count.free_tries > 0
    assert count.lost_outcomes > 0


def forget_the_day_before(disk: FakeDisk) -> None:
    """A day later the log is rewritten without yesterday's card, but with one of this hour."""
    clock = Clock()
    attempts = PinAttempts(disk, KEY, clock)
    attempts.begin(OTHER_CARD).settle(AttemptOutcome.ACCEPTED)
    clock.s += MAX_AGE_S
    attempts.begin(CARD)
    disk.mark("unsettled")
    clock.s += 60
    attempts.begin(THIRD_CARD)
    disk.mark("rewritten")


def unsettled_lost(crash: Crash) -> bool:
    clock = Clock()
    clock.s += MAX_AGE_S + 60
    attempts = PinAttempts(FakeDisk(crash.image), KEY, clock)
    is_first_lost = "unsettled" in crash.marks and not attempts.has_unsettled(CARD)
    is_last_lost = "rewritten" in crash.marks and not attempts.has_unsettled(THIRD_CARD)
    return is_first_lost or is_last_lost


def test_no_power_cut_while_rewriting_loses_an_open_attempt() -> None:
    disk = FakeDisk()
    forget_the_day_before(disk)
    states = list(crashes(disk))
    assert len(states) > 100
    assert not any(map(unsettled_lost, states))
    assert not any(is_dead_end(crash.image) for crash in states)


@pytest.mark.parametrize("lie", ["sync", "sync_folder"])
def test_rewriting_on_a_disk_that_does_not_sync_is_caught(lie: str) -> None:
    disk = FakeDisk(is_lying=frozenset({lie}))
    forget_the_day_before(disk)
    assert any(map(unsettled_lost, crashes(disk)))
