from device.reader.card_facts import CardFacts
from device.reader.cards.android import recognise
from hostlink.terms import CardKind
from tests.device.reader.answering_card import AnsweringCard, jpki_card


def test_claims_its_own_label_and_no_other() -> None:
    facts = recognise(jpki_card("JPKIAPGPSETOKEN").lie())
    assert facts == CardFacts(
        CardKind.ANDROID,
        has_pin=True,
        has_face_photo=False,
        pin_tries_left=3,
        expiry=None,
        token_id=b"serial of token.",
    )
    assert recognise(jpki_card("JPKIAPGPSETOKEN2").lie()) is None
    assert recognise(jpki_card("JPKIAPICCTOKEN").lie()) is None
    assert recognise(AnsweringCard().lie()) is None


def test_a_locked_pin_stays_a_pin() -> None:
    facts = recognise(jpki_card("JPKIAPGPSETOKEN", tries="6984").lie())
    assert facts is not None
    assert (facts.has_pin, facts.pin_tries_left) == (True, 0)


def test_two_phones_have_two_names() -> None:
    phone = jpki_card("JPKIAPGPSETOKEN").lie()
    assert phone.token is not None
    assert phone.token.token_id != phone.token.label
