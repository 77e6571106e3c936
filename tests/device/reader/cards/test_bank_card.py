import pytest

from device.reader.card_map import ForeignApplication
from device.reader.cards.bank_card import recognise
from device.reader.errors import CardNotAcceptedError
from hostlink.terms import FailureCode
from tests.device.reader.answering_card import AnsweringCard, jpki_card

OWN = [ForeignApplication.CONTACTLESS_PAYMENT, ForeignApplication.CONTACT_PAYMENT]


@pytest.mark.parametrize("application", OWN)
def test_refuses_its_own_application(application: ForeignApplication) -> None:
    with pytest.raises(CardNotAcceptedError) as refusal:
        recognise(AnsweringCard(application).lie())
    assert refusal.value.failure is FailureCode.BANK_CARD


def test_leaves_other_cards_to_others() -> None:
    others = set(ForeignApplication) - set(OWN)
    assert recognise(AnsweringCard(*others).lie()) is None


def test_a_my_number_card_that_carries_it_too_is_none() -> None:
    assert recognise(jpki_card("JPKIAPICCTOKEN2").lie()) is None
