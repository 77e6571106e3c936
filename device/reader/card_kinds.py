"""Finds which kind of card lies there, among the files of `cards/`."""

from importlib import import_module
from pkgutil import iter_modules

from device.reader import cards
from device.reader.card_facts import CardFacts
from device.reader.errors import CardNotAcceptedError
from device.reader.laid_card import LaidCard


def recognise(card: LaidCard) -> CardFacts:
    """Kind of the card and what it offers.

    Raises:
        CardNotAcceptedError: a kind that is refused, or no file in `cards/` knows it.
        CertificateMissingError: a kind that is accepted, without what it signs with.
        ReaderError: the card cannot be read.
    """
    for name in sorted(module.name for module in iter_modules(cards.__path__)):
        facts: CardFacts | None = import_module(f"{cards.__name__}.{name}").recognise(card)
        if facts is not None:
            return facts
    card.require_clear_token()
    raise CardNotAcceptedError
