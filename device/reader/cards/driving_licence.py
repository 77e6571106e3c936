"""運転免許証: refused. One kept on a My Number card (マイナ免許証) stays a My Number card."""

from device.reader.card_facts import CardFacts
from device.reader.card_map import ForeignApplication
from device.reader.errors import CardNotAcceptedError
from device.reader.laid_card import LaidCard
from hostlink.terms import FailureCode


def recognise(card: LaidCard) -> CardFacts | None:
    """Refuses driving licences.

    Raises:
        CardNotAcceptedError: it is one.
    """
    if card.token is None and card.has_application(ForeignApplication.DRIVING_LICENCE):
        raise CardNotAcceptedError(FailureCode.DRIVING_LICENCE)
    return None
