from device.reader.card_facts import CardFacts, CardToken
from device.reader.cards.iphone import recognise
from hostlink.terms import CardKind


def test_claims_its_own_label_and_no_other() -> None:
    own = CardToken(b"JPKIAPIOSTOKEN".ljust(32), has_signing_certificate=True, has_usable_pin=True)
    foreign = CardToken(b"JPKIAPICCTOKEN".ljust(32), True, True)
    assert recognise(own) == CardFacts(CardKind.IPHONE, has_pin=False, has_face_photo=False)
    assert recognise(foreign) is None
