"""iPhone with the certificates for phones: the phone itself has asked for face or finger."""

from device.reader.card_facts import CardFacts
from device.reader.laid_card import LaidCard
from hostlink.terms import CardKind


def recognise(card: LaidCard) -> CardFacts | None:
    """Claims iPhones.

    Source: facts/card.md §1.2 and §9.
    """
    if card.token is None or not card.token.has_label(b"JPKIAPIOSTOKEN"):
        return None
    return CardFacts(
        CardKind.IPHONE,
        has_pin=False,
        has_face_photo=False,
        pin_tries_left=None,
        expiry=card.expiry,
        token_id=card.token.token_id,
    )
