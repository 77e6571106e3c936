import pytest

from device.reader.card_map import ForeignApplication
from device.reader.cards.old_resident_card import recognise
from device.reader.errors import CardNotAcceptedError
from hostlink.terms import FailureCode
from tests.device.reader.answering_card import AnsweringCard, jpki_card


@pytest.mark.parametrize(
    "card",
    [jpki_card("JPKIAPICCTOKEN"), AnsweringCard(ForeignApplication.RESIDENT_RECORD)],
    ids=["old token", "no token"],
)
def test_refuses_the_old_token_and_the_registry_without_token(card: AnsweringCard) -> None:
    with pytest.raises(CardNotAcceptedError) as refusal:
        recognise(card.lie())
    assert refusal.value.failure is FailureCode.OLD_RESIDENT_CARD


def test_a_my_number_card_has_the_registry_and_is_none() -> None:
    """The old label is how the new one begins."""
    assert recognise(jpki_card("JPKIAPICCTOKEN2").lie()) is None


def test_leaves_other_cards_to_others() -> None:
    assert recognise(AnsweringCard(ForeignApplication.DRIVING_LICENCE).lie()) is None
