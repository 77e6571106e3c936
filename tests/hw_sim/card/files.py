"""Elementary files: what an application holds and who may use it.

Source: ISO/IEC 7816-4:2020 clause 7; facts/card.md §3 and §4.
"""

import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.pinless import TerminalReference
from tests.hw_sim.card.status_words import (
    CONDITIONS_NOT_SATISFIED,
    SECURITY_STATUS_NOT_SATISFIED,
    WRONG_LENGTH,
    WRONG_PIN_UNLIMITED,
    tries_left,
)

FREE: frozenset[int] = frozenset()
"""Nothing has to be verified first."""
NEVER = frozenset({-1})
"""No reference of this card can open it."""


@dataclass(slots=True)
class TransparentFile:
    """Bytes that READ BINARY gives."""

    content: bytes
    """The whole file including filler."""
    opened_by: frozenset[int] = FREE
    """PIN references of the same application; one of them must be verified."""
    is_my_number: bool = False
    """Its content is the 12-digit number."""
    was_read: bool = False
    """At least one byte has left the card."""


@dataclass(slots=True)
class RecordFile:
    """Numbered records that READ RECORD gives, free to read."""

    records: tuple[bytes, ...]
    """Record 1 first."""


@dataclass(slots=True)
class KeyFile:
    """A private key that signs and never leaves."""

    key: RSAPrivateKey = field(repr=False)
    """RSA-2048."""
    opened_by: frozenset[int] = FREE
    """PIN references of the same application; one of them must be verified."""


@dataclass(slots=True)
class PinReference:
    """A secret, its try counter and whether it was given since power-up."""

    secret: bytes = field(repr=False)
    """ASCII."""
    full_tries: int
    """Tries after a success."""
    tries_left: int | None
    """Tries now; None = never blocks."""
    blocked_status_word: int
    """Answer to VERIFY once blocked."""
    changeable_to: range = range(0)
    """How many bytes a new secret may have; empty = it can never be changed."""
    is_verified: bool = False
    """Given since power-up."""

    def verify(self, candidate: bytes) -> None:
        """Compare the candidate; the counter falls first and comes back only on success.

        Raises:
            RefusedError: 63Cx or 6300 wrong, or the blocked status word.
        """
        if self.tries_left == 0:
            raise RefusedError(self.blocked_status_word)
        if hmac.compare_digest(candidate, self.secret):
            self.is_verified = True
            if self.tries_left is not None:
                self.tries_left = self.full_tries
            return
        self.is_verified = False
        if self.tries_left is not None:
            self.tries_left -= 1
        raise RefusedError(self.query_status_word)

    def change(self, secret: bytes) -> None:
        """Replace the secret, once it was given.

        Raises:
            RefusedError: 6982 not verified, 6985 not changeable, 6700 wrong length.
        """
        if not self.changeable_to:
            raise RefusedError(CONDITIONS_NOT_SATISFIED)
        if not self.is_verified:
            raise RefusedError(SECURITY_STATUS_NOT_SATISFIED)
        if len(secret) not in self.changeable_to:
            raise RefusedError(WRONG_LENGTH)
        self.secret = secret

    @property
    def query_status_word(self) -> int:
        """Answer to a VERIFY without data."""
        return WRONG_PIN_UNLIMITED if self.tries_left is None else tries_left(self.tries_left)


@dataclass(slots=True)
class UnknownFile:
    """A file that is known to exist and nothing else.

    An assumption: it can be selected, and whatever is then asked of it is refused with 6981.
    """


File = TransparentFile | RecordFile | KeyFile | PinReference | TerminalReference | UnknownFile
