"""Payment and cash cards, and phones that offer one: refused."""

from device.reader.card_facts import CardFacts
from device.reader.card_map import ForeignApplication
from device.reader.errors import CardNotAcceptedError
from device.reader.laid_card import LaidCard
from hostlink.terms import FailureCode


def recognise(card: LaidCard) -> CardFacts | None:
    """Refuses whatever has a directory of payment applications.

    Raises:
        CardNotAcceptedError: it has one.
    """
    if card.token is None and (
        card.has_application(ForeignApplication.CONTACTLESS_PAYMENT)
        or card.has_application(ForeignApplication.CONTACT_PAYMENT)
    ):
        raise CardNotAcceptedError(FailureCode.BANK_CARD)
    return None
