"""Finds which kind of card a token belongs to, among the files of `cards/`."""

from importlib import import_module
from pkgutil import iter_modules

from device.reader import cards
from device.reader.card_facts import CardFacts, CardToken
from device.reader.errors import CardNotAcceptedError


def recognise(token: CardToken) -> CardFacts:
    """Kind of the card and what it offers.

    Raises:
        CardNotAcceptedError: no file in `cards/` claims the token.
    """
    for name in sorted(module.name for module in iter_modules(cards.__path__)):
        facts: CardFacts | None = import_module(f"{cards.__name__}.{name}").recognise(token)
        if facts is not None:
            return facts
    raise CardNotAcceptedError
