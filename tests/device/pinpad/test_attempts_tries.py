"""What a card's tries say about the time since it last lay here."""

import pytest

from device.pinpad.attempts import AttemptOutcome, PinAttempts, TriesNews
from tests.device.pinpad.attempt_log import CARD


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
