"""iPhone with the certificates for phones: the phone itself has asked for face or finger."""

from device.reader.card_facts import CardFacts, CardToken
from hostlink.terms import CardKind


def recognise(token: CardToken) -> CardFacts | None:
    """Claims iPhones.

    Source: facts/card.md §1.2 and §9.
    """
    if not token.has_label(b"JPKIAPIOSTOKEN"):
        return None
    return CardFacts(CardKind.IPHONE, has_pin=False, has_face_photo=False)
