"""顔認証マイナンバーカード: issued without usable PINs, the photo is the only way."""

from device.reader.card_facts import CardFacts, CardToken
from hostlink.terms import CardKind


def recognise(token: CardToken) -> CardFacts | None:
    """Claims My Number cards that have neither a signing certificate nor a usable PIN.

    An ordinary card without signing certificate whose PIN is blocked looks the same, and the
    same holds for it: only the face helps.

    Source: facts/card.md §8.2 (the state of such a card's PIN is not confirmed).
    """
    if not token.has_label(b"JPKIAPICCTOKEN2") or token.has_usable_pin:
        return None
    return CardFacts(CardKind.FACE_ONLY, has_pin=False, has_face_photo=True)
