import pytest

from device.reader.card_map import ForeignApplication
from device.reader.cards.transit_card import recognise
from device.reader.errors import CardNotAcceptedError
from hostlink.terms import FailureCode
from tests.device.reader.answering_card import AnsweringCard, jpki_card

IDM = bytes.fromhex("0116020012345678")


def test_refuses_a_chip_without_applications_that_is_called_like_a_felica() -> None:
    with pytest.raises(CardNotAcceptedError) as refusal:
        recognise(AnsweringCard(unique_id=IDM).lie())
    assert refusal.value.failure is FailureCode.TRANSIT_CARD


@pytest.mark.parametrize("unique_id", [b"", IDM[:4], IDM[:7], IDM + IDM[:2]])
def test_a_chip_with_another_name_is_only_unknown(unique_id: bytes) -> None:
    assert recognise(AnsweringCard(unique_id=unique_id).lie()) is None


@pytest.mark.parametrize("application", ForeignApplication)
def test_a_card_with_an_application_is_another_card(application: ForeignApplication) -> None:
    assert recognise(AnsweringCard(application, unique_id=IDM).lie()) is None


def test_a_my_number_card_is_not_even_asked() -> None:
    card = jpki_card("JPKIAPICCTOKEN2")
    laid = card.lie()
    before = len(card.sent)
    assert recognise(laid) is None
    assert len(card.sent) == before
