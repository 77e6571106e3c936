"""マイナンバーカード: PIN and photo."""

from device.reader.card_facts import CardFacts
from device.reader.laid_card import LaidCard
from hostlink.terms import CardKind


def recognise(card: LaidCard) -> CardFacts | None:
    """Claims every My Number card that is not known to have been issued without PIN.

    One whose PIN got locked stays of this kind: the patient is told why the PIN is not offered.

    Raises:
        CertificateMissingError: nothing on it can sign for its holder.

    Source: facts/card.md §1.2.
    """
    if card.token is None or not card.is_my_number_card:
        return None
    if card.pin_tries_left == 0 and not card.has_signing_certificate:
        return None
    card.require_certificate()
    return CardFacts(
        CardKind.MY_NUMBER,
        has_pin=True,
        has_face_photo=True,
        pin_tries_left=card.pin_tries_left,
        expiry=card.expiry,
    )
