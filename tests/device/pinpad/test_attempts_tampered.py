"""A log that somebody changed settles nothing: the card is asked."""

import pytest

from device.pinpad.attempts import MAX_AGE_S, AttemptOutcome, PinAttempts, TriesNews
from device.pinpad.errors import AttemptUnsettledError
from tests.device.pinpad.attempt_log import CARD, KEY, OTHER_CARD, Clock, restarted
from tests.device.pinpad.fake_disk import FakeDisk


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
