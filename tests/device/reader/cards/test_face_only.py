import pytest

from device.reader.card_facts import CardFacts
from device.reader.cards.face_only import recognise
from hostlink.terms import CardKind
from tests.device.reader.answering_card import AnsweringCard, jpki_card


@pytest.mark.parametrize("tries", ["63C0", "6984", "6A88"])
@pytest.mark.parametrize("available", ["009000", "6A82", "6A83", "6982", "6985", "6282"])
def test_claims_cards_that_never_had_a_pin(tries: str, available: str) -> None:
    facts = recognise(jpki_card("JPKIAPICCTOKEN2", tries, available).lie())
    assert facts == CardFacts(
        CardKind.FACE_ONLY,
        has_pin=False,
        has_face_photo=True,
        pin_tries_left=None,
        expiry=None,
    )


def test_a_card_with_pin_or_signing_certificate_is_of_another_kind() -> None:
    assert recognise(jpki_card("JPKIAPICCTOKEN2", "63C1", "009000").lie()) is None
    assert recognise(jpki_card("JPKIAPICCTOKEN2", "63C0", "8F9000").lie()) is None


def test_claims_no_other_label() -> None:
    assert recognise(jpki_card("JPKIAPICCTOKEN", "63C0", "009000").lie()) is None
    assert recognise(AnsweringCard().lie()) is None
