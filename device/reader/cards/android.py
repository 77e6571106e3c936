"""Android phone with the certificates for phones: its PIN is typed on this reader."""

from device.reader.card_facts import CardFacts
from device.reader.laid_card import LaidCard
from hostlink.terms import CardKind


def recognise(card: LaidCard) -> CardFacts | None:
    """Claims Android phones.

    Source: facts/card.md §1.2 and §9.
    """
    if card.token is None or not card.token.has_label(b"JPKIAPGPSETOKEN"):
        return None
    return CardFacts(
        CardKind.ANDROID,
        has_pin=True,
        has_face_photo=False,
        pin_tries_left=card.pin_tries_left,
        expiry=card.expiry,
        token_id=card.token.token_id,
    )
