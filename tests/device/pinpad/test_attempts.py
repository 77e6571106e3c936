from pathlib import Path

import pytest

from device.pinpad.attempts import MAX_AGE_S, AttemptOutcome, PinAttempts, TriesNews
from device.pinpad.disk import FolderDisk
from device.pinpad.errors import AttemptLogError, AttemptSettledError, AttemptUnsettledError
from tests.device.pinpad.fake_disk import FakeDisk

KEY = bytes(range(32))
CARD = b"certificate of card A"
OTHER_CARD = b"certificate of card B"
LOG = "pin_attempts.log"
RECORD_BYTES = 40


class Clock:
    def __init__(self) -> None:
        self.s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def disk() -> FakeDisk:
    return FakeDisk()


@pytest.fixture
def attempts(disk: FakeDisk, clock: Clock) -> PinAttempts:
    return PinAttempts(disk, KEY, clock)


def restarted(disk: FakeDisk, clock: Clock) -> PinAttempts:
    return PinAttempts(FakeDisk(disk.now), KEY, clock)


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


def tamper(disk: FakeDisk) -> None:
    (file,) = disk.now.files.values()
    file[5] ^= 1


def test_after_tampering_every_card_is_asked_and_then_goes_on(
    attempts: PinAttempts, disk: FakeDisk, clock: Clock
) -> None:
    attempts.begin(CARD).settle(AttemptOutcome.REJECTED, 2)
    attempts.begin(OTHER_CARD).settle(AttemptOutcome.ACCEPTED)
    tamper(disk)
    disk = FakeDisk(disk.now)
    after = PinAttempts(disk, KEY, clock)
    for card in (CARD, OTHER_CARD, b"one that was never here"):
        assert after.has_unsettled(card)
        assert after.tries_left_seen(card) is None
        with pytest.raises(AttemptUnsettledError):
            after.begin(card)
    assert after.compare_tries(CARD, 1) is TriesNews.AS_LEFT
    after.note_tries(CARD, 1)
    after.begin(CARD).settle(AttemptOutcome.ACCEPTED)
    again = restarted(disk, clock)
    assert not again.has_unsettled(CARD)
    assert again.has_unsettled(OTHER_CARD)


def test_tampering_is_forgotten_with_the_cards_it_may_have_hidden(
    attempts: PinAttempts, disk: FakeDisk, clock: Clock
) -> None:
    attempts.begin(CARD).settle(AttemptOutcome.REJECTED, 2)
    tamper(disk)
    after = restarted(disk, clock)
    after.note_tries(CARD, 2)
    clock.s += MAX_AGE_S
    after.begin(CARD).settle(AttemptOutcome.REJECTED, 1)
    assert after.has_unsettled(OTHER_CARD)
    clock.s += 1
    after.begin(CARD)
    assert not after.has_unsettled(OTHER_CARD)


def test_a_log_copied_from_another_reader_is_tampering(
    attempts: PinAttempts, disk: FakeDisk, clock: Clock
) -> None:
    attempts.begin(OTHER_CARD).settle(AttemptOutcome.ACCEPTED)
    assert PinAttempts(FakeDisk(disk.now), bytes(32), clock).has_unsettled(CARD)


def test_what_a_later_version_wrote_is_not_understood_and_asked_again(
    attempts: PinAttempts, disk: FakeDisk, clock: Clock
) -> None:
    attempts._log.append(b"\x63" + bytes(23))
    assert restarted(disk, clock).has_unsettled(CARD)


@pytest.mark.parametrize(
    ("left_with", "told", "news"),
    [
        (2, 2, TriesNews.AS_LEFT),
        (2, 1, TriesNews.FEWER),
        (1, 0, TriesNews.FEWER),
        (1, 3, TriesNews.MORE),
        (0, 3, TriesNews.MORE),
    ],
)
def test_a_card_that_comes_back_with_other_tries_is_told(
    attempts: PinAttempts, left_with: int, told: int, news: TriesNews
) -> None:
    attempts.begin(CARD).settle(AttemptOutcome.REJECTED, left_with)
    assert attempts.compare_tries(CARD, told) is news
    attempts.note_tries(CARD, told)
    assert attempts.compare_tries(CARD, told) is TriesNews.AS_LEFT, "it is told once"
    assert attempts.tries_left_seen(CARD) == told


@pytest.mark.parametrize(
    ("told", "news"),
    [(3, TriesNews.AS_LEFT), (2, TriesNews.AS_LEFT), (1, TriesNews.AS_LEFT), (0, TriesNews.FEWER)],
)
def test_a_lost_outcome_explains_a_try_less_and_a_pin_that_was_right(
    attempts: PinAttempts, told: int, news: TriesNews
) -> None:
    attempts.begin(CARD).settle(AttemptOutcome.REJECTED, 2)
    attempts.begin(CARD)
    assert attempts.compare_tries(CARD, told) is news


def test_after_a_right_pin_nothing_is_expected_of_the_tries(attempts: PinAttempts) -> None:
    attempts.begin(CARD).settle(AttemptOutcome.REJECTED, 1)
    attempts.begin(CARD).settle(AttemptOutcome.ACCEPTED)
    assert attempts.tries_left_seen(CARD) is None
    assert attempts.compare_tries(CARD, 3) is TriesNews.AS_LEFT


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
