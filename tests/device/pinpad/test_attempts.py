from pathlib import Path

import pytest

from device.pinpad.attempts import MAX_AGE_S, AttemptOutcome, PinAttempts
from device.pinpad.disk import FolderDisk
from device.pinpad.errors import AttemptLogError, AttemptSettledError, AttemptUnsettledError
from tests.device.pinpad.attempt_log import (
    CARD,
    KEY,
    LOG,
    OTHER_CARD,
    RECORD_BYTES,
    Clock,
    restarted,
)
from tests.device.pinpad.fake_disk import FakeDisk


def test_an_attempt_is_open_until_it_is_settled(attempts: PinAttempts) -> None:
    token = attempts.begin(CARD)
    assert attempts.has_unsettled(CARD)
    assert not attempts.has_unsettled(OTHER_CARD)
    token.settle(AttemptOutcome.REJECTED, 2)
    assert not attempts.has_unsettled(CARD)
    assert attempts.tries_left_seen(CARD) == 2


def test_an_open_attempt_is_seen_after_a_restart(
    attempts: PinAttempts, disk: FakeDisk, clock: Clock
) -> None:
    attempts.begin(CARD)
    after = restarted(disk, clock)
    assert after.has_unsettled(CARD)
    with pytest.raises(AttemptUnsettledError):
        after.begin(CARD)
    after.begin(OTHER_CARD)


@pytest.mark.parametrize("known", [None, 2])
def test_a_pin_that_was_not_sent_after_all_changes_nothing_that_is_known(
    attempts: PinAttempts, disk: FakeDisk, clock: Clock, known: int | None
) -> None:
    if known is not None:
        attempts.begin(CARD).settle(AttemptOutcome.REJECTED, known)
    token = attempts.begin(CARD)
    token.withdraw()
    for log in (attempts, restarted(disk, clock)):
        assert not log.has_unsettled(CARD)
        assert log.tries_left_seen(CARD) == known
    with pytest.raises(AttemptSettledError):
        token.settle(AttemptOutcome.ACCEPTED)


def test_asking_the_card_settles_an_open_attempt(attempts: PinAttempts) -> None:
    attempts.begin(CARD)
    attempts.note_tries(CARD, 2)
    assert not attempts.has_unsettled(CARD)
    assert attempts.tries_left_seen(CARD) == 2
    attempts.begin(CARD)


def test_asking_a_card_without_an_open_attempt_writes_nothing(
    attempts: PinAttempts, disk: FakeDisk
) -> None:
    steps = len(disk.steps)
    attempts.note_tries(CARD, 3)
    assert len(disk.steps) == steps


def test_an_attempt_is_settled_once(attempts: PinAttempts) -> None:
    token = attempts.begin(CARD)
    token.settle(AttemptOutcome.ACCEPTED)
    with pytest.raises(AttemptSettledError):
        token.settle(AttemptOutcome.REJECTED, 2)


@pytest.mark.parametrize("call", ["append", "sync", "read"])
def test_a_disk_that_fails_allows_no_attempt_now_or_later(
    attempts: PinAttempts, disk: FakeDisk, call: str
) -> None:
    disk.failing = {call}
    with pytest.raises(AttemptLogError):
        attempts.begin(CARD)
    disk.failing = set()
    with pytest.raises(AttemptLogError):
        attempts.begin(OTHER_CARD)


def test_a_disk_that_swallows_a_write_allows_no_attempt(
    attempts: PinAttempts, disk: FakeDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "append", lambda name, data: None)
    with pytest.raises(AttemptLogError):
        attempts.begin(CARD)


def test_an_outcome_that_cannot_be_written_stays_open(
    attempts: PinAttempts, disk: FakeDisk, clock: Clock
) -> None:
    token = attempts.begin(CARD)
    disk.failing = {"append"}
    with pytest.raises(AttemptLogError):
        token.settle(AttemptOutcome.REJECTED, 2)
    assert restarted(disk, clock).has_unsettled(CARD)


@pytest.mark.parametrize("call", ["read", "append", "sync", "sync_folder"])
def test_a_disk_that_fails_at_the_start_lets_the_reader_start_but_allows_no_attempt(
    clock: Clock, call: str
) -> None:
    disk = FakeDisk()
    disk.failing = {call}
    attempts = PinAttempts(disk, KEY, clock)
    disk.failing = set()
    with pytest.raises(AttemptLogError):
        attempts.begin(CARD)


def test_a_torn_tail_is_cut_off_and_the_log_goes_on(
    attempts: PinAttempts, disk: FakeDisk, clock: Clock
) -> None:
    attempts.begin(CARD).settle(AttemptOutcome.REJECTED, 2)
    disk.append(LOG, b"torn")
    after_disk = FakeDisk(disk.now)
    after = PinAttempts(after_disk, KEY, clock)
    assert after.tries_left_seen(CARD) == 2
    after.begin(CARD)
    assert restarted(after_disk, clock).has_unsettled(CARD)


def test_neither_card_nor_key_is_in_the_log(attempts: PinAttempts, disk: FakeDisk) -> None:
    attempts.begin(CARD)
    log = disk.read(LOG)
    assert log is not None
    assert CARD not in log
    assert KEY[:8] not in log


def test_another_reader_writes_another_tag_for_the_same_card(clock: Clock) -> None:
    logs = []
    for key in (KEY, bytes(32)):
        disk = FakeDisk()
        PinAttempts(disk, key, clock).begin(CARD)
        logs.append((disk.read(LOG) or b"")[12:28])
    assert logs[0] != logs[1]


def test_after_a_day_a_card_is_forgotten_with_the_next_attempt(
    attempts: PinAttempts, disk: FakeDisk, clock: Clock
) -> None:
    attempts.begin(CARD).settle(AttemptOutcome.REJECTED, 1)
    clock.s += MAX_AGE_S
    attempts.begin(OTHER_CARD).settle(AttemptOutcome.ACCEPTED)
    assert attempts.tries_left_seen(CARD) == 1
    clock.s += 1
    attempts.begin(OTHER_CARD)
    assert attempts.tries_left_seen(CARD) is None
    assert len(disk.read(LOG) or b"") == 2 * RECORD_BYTES


def test_the_log_never_grows_without_end(
    attempts: PinAttempts, disk: FakeDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.pinpad.attempts.MAX_LOG_BYTES", 20 * RECORD_BYTES)
    sizes = set()
    for number in range(50):
        attempts.begin(CARD).settle(AttemptOutcome.REJECTED, number % 3)
        sizes.add(len(disk.read(LOG) or b""))
        assert attempts.tries_left_seen(CARD) == number % 3
    assert max(sizes) == 20 * RECORD_BYTES


@pytest.mark.parametrize("call", ["rename", "sync_folder", "remove"])
def test_a_rewrite_that_fails_allows_no_attempt(
    attempts: PinAttempts, disk: FakeDisk, clock: Clock, call: str
) -> None:
    attempts.begin(CARD)
    clock.s += MAX_AGE_S + 1
    disk.failing = {call}
    with pytest.raises(AttemptLogError):
        attempts.begin(OTHER_CARD)


def test_a_clock_before_1970_or_after_2106_is_survived(disk: FakeDisk) -> None:
    for now_s in (-5.0, 2.0**40):
        attempts = PinAttempts(disk, KEY, lambda now_s=now_s: now_s)  # type: ignore[misc]  # default binds now_s
        attempts.begin(str(now_s).encode()).settle(AttemptOutcome.ACCEPTED)


def test_it_works_on_a_real_folder_for_this_user_alone(tmp_path: Path, clock: Clock) -> None:
    PinAttempts(FolderDisk(tmp_path), KEY, clock).begin(CARD)
    assert PinAttempts(FolderDisk(tmp_path), KEY, clock).has_unsettled(CARD)
    assert (tmp_path / LOG).stat().st_mode & 0o777 == 0o600
