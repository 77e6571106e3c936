"""住基カード, the predecessor: refused."""

from device.reader.card_facts import CardFacts
from device.reader.card_map import ForeignApplication
from device.reader.errors import CardNotAcceptedError
from device.reader.laid_card import LaidCard
from hostlink.terms import FailureCode


def recognise(card: LaidCard) -> CardFacts | None:
    """Refuses cards with the old token, or with the resident registry but no token at all.

    Raises:
        CardNotAcceptedError: it is one.

    Source: facts/card.md §1.2 and §2.
    """
    if card.token is None:
        is_old = card.has_application(ForeignApplication.RESIDENT_RECORD)
    else:
        is_old = card.token.has_label(b"JPKIAPICCTOKEN")
    if is_old:
        raise CardNotAcceptedError(FailureCode.OLD_RESIDENT_CARD)
    return None
