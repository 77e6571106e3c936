"""交通系 and electronic-money cards (FeliCa): refused."""

from device.reader.card_facts import CardFacts
from device.reader.card_map import ForeignApplication
from device.reader.errors import CardNotAcceptedError
from device.reader.laid_card import LaidCard
from hostlink.terms import FailureCode

_FELICA_ID_BYTES = 8
"""IDm; cards of types A and B show 4, 7 or 10 bytes."""


def recognise(card: LaidCard) -> CardFacts | None:
    """Refuses cards that know no application at all and have the name of a FeliCa chip.

    Raises:
        CardNotAcceptedError: it is one.

    Source: PC/SC part 3 supplement for contactless cards (unique identifiers).
    """
    if card.token is not None or any(map(card.has_application, ForeignApplication)):
        return None
    if len(card.unique_id) == _FELICA_ID_BYTES:
        raise CardNotAcceptedError(FailureCode.TRANSIT_CARD)
    return None
