"""Android phone with the certificates for phones: its PIN is typed on this reader."""

from device.reader.card_facts import CardFacts, CardToken
from hostlink.terms import CardKind


def recognise(token: CardToken) -> CardFacts | None:
    """Claims Android phones.

    Source: facts/card.md §1.2 and §9.
    """
    if not token.has_label(b"JPKIAPGPSETOKEN"):
        return None
    return CardFacts(CardKind.ANDROID, has_pin=True, has_face_photo=False)
