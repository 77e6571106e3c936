"""在留カード and 特別永住者証明書: refused, unless they are a My Number card as well."""

from device.reader.card_facts import CardFacts
from device.reader.card_map import ForeignApplication
from device.reader.errors import CardNotAcceptedError
from device.reader.laid_card import LaidCard
from hostlink.terms import FailureCode


def recognise(card: LaidCard) -> CardFacts | None:
    """Refuses residence cards.

    Raises:
        CardNotAcceptedError: it is one.
    """
    if card.token is None and card.has_application(ForeignApplication.RESIDENCE_CARD):
        raise CardNotAcceptedError(FailureCode.RESIDENCE_CARD)
    return None
