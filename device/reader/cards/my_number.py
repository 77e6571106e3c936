"""マイナンバーカード: PIN and photo."""

from device.reader.card_facts import CardFacts, CardToken
from hostlink.terms import CardKind


def recognise(token: CardToken) -> CardFacts | None:
    """Claims every My Number card that is not known to be without PIN.

    Source: facts/card.md §1.2.
    """
    if not token.has_label(b"JPKIAPICCTOKEN2") or not token.has_usable_pin:
        return None
    return CardFacts(CardKind.MY_NUMBER, has_pin=True, has_face_photo=True)
