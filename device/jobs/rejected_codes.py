"""Printed codes that cards refused: none may cost a second of a card's ten tries.

A card whose print is misread is misread again whenever it is laid down, and only a right code
gives its tries back. Where the answer was lost, the card itself tells at its next laying what
became of the code: only a refusal leaves it fewer tries than before. Kept in memory, as digests
under a key that ends with the process: the 14 digits are too few for any digest on a disk.

Source: facts/card.md §4, §5.
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from device.reader.errors import PrintedCodeLockedError, PrintedCodeRejectedError
from device.reader.printed_code import PrintedCode

MOST_KEPT = 1000
"""The oldest is dropped first."""
_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class _Unsettled:
    """A code that may have reached the card, without an answer."""

    code: bytes = field(repr=False)
    """Its digest."""
    tries_before: int
    """What the card told before."""


class RejectedCodes:
    """Which code was wrong for which card. Used from one thread, the card's."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._rejected: OrderedDict[bytes, None] = OrderedDict()
        """Digests of code and card."""
        self._unsettled: OrderedDict[bytes, _Unsettled] = OrderedDict()
        """By digest of the card: the last code is the only one, each sending settles first."""

    @contextmanager
    def sending(self, reference: bytes, code: PrintedCode, tries_left: int) -> Iterator[None]:
        """Around the one sending of a code: spares the card what it refused before.

        Args:
            reference: Bytes that are the same for the same card, such as its certificate.
            code: What is about to be sent.
            tries_left: What the card tells now.

        Raises:
            PrintedCodeRejectedError: This card refused this code, now or before.
        """
        self._settle(reference, tries_left)
        card, digest = self._digest(reference), self._digest(code.reference() + reference)
        if digest in self._rejected:
            raise PrintedCodeRejectedError(tries_left)
        _keep(self._unsettled, card, _Unsettled(digest, tries_left))
        try:
            yield
        except PrintedCodeRejectedError:
            _keep(self._rejected, digest, None)
            del self._unsettled[card]
            raise
        except PrintedCodeLockedError:
            del self._unsettled[card]
            raise
        del self._unsettled[card]

    def _settle(self, reference: bytes, tries_left: int) -> None:
        """The card's own word tells what became of a code whose answer was lost.

        A code that it took gave all tries back; one that never arrived cost none. A try that was
        lost elsewhere meanwhile counts as this code's: its card then goes on with the PIN.
        """
        sent = self._unsettled.pop(self._digest(reference), None)
        if sent is not None and tries_left < sent.tries_before:
            _keep(self._rejected, sent.code, None)

    def _digest(self, secret: bytes) -> bytes:
        return hmac.digest(self._key, secret, "sha256")


def _keep(where: OrderedDict[bytes, _Kept], digest: bytes, what: _Kept) -> None:
    where[digest] = what
    while len(where) > MOST_KEPT:
        where.popitem(last=False)
