from device.reader.card_facts import CardFacts
from device.reader.cards.iphone import recognise
from hostlink.terms import CardKind
from tests.device.reader.answering_card import AnsweringCard, jpki_card


def test_claims_its_own_label_and_no_other() -> None:
    facts = recognise(jpki_card("JPKIAPIOSTOKEN").lie())
    assert facts == CardFacts(
        CardKind.IPHONE,
        has_pin=False,
        has_face_photo=False,
        pin_tries_left=None,
        expiry=None,
        token_id=b"serial of token.",
    )
    assert recognise(jpki_card("JPKIAPIOSTOKEN2").lie()) is None
    assert recognise(jpki_card("JPKIAPICCTOKEN").lie()) is None
    assert recognise(AnsweringCard().lie()) is None


def test_is_asked_nothing_about_a_pin() -> None:
    phone = jpki_card("JPKIAPIOSTOKEN")
    laid = phone.lie()
    before = len(phone.sent)
    recognise(laid)
    assert len(phone.sent) == before
