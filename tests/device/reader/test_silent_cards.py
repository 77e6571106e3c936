from device.reader.silent_cards import MOST_LOSSES, SilentCards

CARD, LAID_AGAIN, OTHER = ("reader", 1), ("reader", 3), ("other reader", 1)


def test_a_card_that_was_lost_is_tried_again_a_few_times() -> None:
    cards = SilentCards()
    for _ in range(MOST_LOSSES - 1):
        cards.lost(CARD)
    assert cards.served_of([CARD]) == [CARD]


def test_a_card_that_is_lost_again_and_again_is_given_up_and_no_other_one() -> None:
    cards = SilentCards()
    for _ in range(MOST_LOSSES):
        cards.lost(CARD)
    assert cards.served_of([CARD]) == []
    assert cards.served_of([OTHER, CARD]) == [OTHER]


def test_giving_up_a_second_card_does_not_bring_back_the_first() -> None:
    cards = SilentCards()
    for card in (CARD, OTHER) * MOST_LOSSES:
        cards.lost(card)
    assert cards.served_of([CARD, OTHER]) == []


def test_a_card_that_was_taken_and_laid_again_is_served() -> None:
    cards = SilentCards()
    for _ in range(MOST_LOSSES):
        cards.lost(CARD)
    assert cards.served_of([LAID_AGAIN]) == [LAID_AGAIN]


def test_what_is_gone_is_forgotten() -> None:
    """A reader that is plugged in anew counts its cards from the start."""
    cards = SilentCards()
    for _ in range(MOST_LOSSES):
        cards.lost(CARD)
    assert cards.served_of([]) == []
    assert cards.served_of([CARD]) == [CARD]
