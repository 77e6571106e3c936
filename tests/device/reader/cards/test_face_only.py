from device.reader.card_facts import CardFacts, CardToken
from device.reader.cards.face_only import recognise
from hostlink.terms import CardKind


def test_claims_its_own_label_and_no_other() -> None:
    own = CardToken(
        b"JPKIAPICCTOKEN2".ljust(32), has_signing_certificate=False, has_usable_pin=False
    )
    foreign = CardToken(b"JPKIAPICCTOKEN".ljust(32), True, True)
    assert recognise(own) == CardFacts(CardKind.FACE_ONLY, has_pin=False, has_face_photo=True)
    assert recognise(foreign) is None


def test_a_card_with_usable_pin_is_of_another_kind() -> None:
    token = CardToken(b"JPKIAPICCTOKEN2".ljust(32), False, has_usable_pin=True)
    assert recognise(token) is None
