"""Printed codes that cards refused: none may cost a second of a card's ten tries.

A card whose print is misread is misread again whenever it is laid down, and only a right code
gives its tries back. Kept in memory, as digests under a key that ends with the process.

Source: facts/card.md §5.
"""

import hmac
import secrets
from collections import OrderedDict

from device.reader.errors import PrintedCodeRejectedError
from device.reader.printed_code import PrintedCode

MOST_KEPT = 1000
"""The oldest is dropped first."""


class RejectedCodes:
    """Which code was wrong for which card. Used from one thread, the card's."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._tries_left: OrderedDict[bytes, int] = OrderedDict()

    def refuse_known(self, reference: bytes, code: PrintedCode) -> None:
        """Spare the card a code that it refused before.

        Args:
            reference: Bytes that are the same for the same card, such as its certificate.
            code: What is about to be sent.

        Raises:
            PrintedCodeRejectedError: This card refused this code.
        """
        tries_left = self._tries_left.get(self._digest(reference, code))
        if tries_left is not None:
            raise PrintedCodeRejectedError(tries_left)

    def note(self, reference: bytes, code: PrintedCode, tries_left: int) -> None:
        """The card refused this code, and has so many tries left."""
        self._tries_left[self._digest(reference, code)] = tries_left
        while len(self._tries_left) > MOST_KEPT:
            self._tries_left.popitem(last=False)

    def _digest(self, reference: bytes, code: PrintedCode) -> bytes:
        return hmac.digest(self._key, code.reference() + reference, "sha256")
