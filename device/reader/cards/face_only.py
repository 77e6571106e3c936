"""顔認証マイナンバーカード: issued without usable PINs, the photo is the only way."""

from device.reader.card_facts import CardFacts
from device.reader.laid_card import LaidCard
from hostlink.terms import CardKind


def recognise(card: LaidCard) -> CardFacts | None:
    """Claims My Number cards that have neither a usable PIN nor a signing certificate.

    An ordinary card without signing certificate whose PIN is locked looks the same, and the
    same holds for it: only the face helps.

    Raises:
        CertificateMissingError: nothing on it can sign for its holder.

    Source: facts/card.md §8.2 (the state of such a card's PIN is not confirmed).
    """
    if card.token is None or not card.is_my_number_card:
        return None
    if card.pin_tries_left > 0 or card.has_signing_certificate:
        return None
    card.require_certificate()
    return CardFacts(
        CardKind.FACE_ONLY,
        has_pin=False,
        has_face_photo=True,
        pin_tries_left=None,
        expiry=card.expiry,
    )
