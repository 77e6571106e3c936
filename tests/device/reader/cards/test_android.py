from device.reader.card_facts import CardFacts, CardToken
from device.reader.cards.android import recognise
from hostlink.terms import CardKind


def test_claims_its_own_label_and_no_other() -> None:
    own = CardToken(b"JPKIAPGPSETOKEN".ljust(32), has_signing_certificate=True, has_usable_pin=True)
    foreign = CardToken(b"JPKIAPICCTOKEN".ljust(32), True, True)
    assert recognise(own) == CardFacts(CardKind.ANDROID, has_pin=True, has_face_photo=False)
    assert recognise(foreign) is None
