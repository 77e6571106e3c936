"""What is kept of a PIN: enough to recognise it, on this reader alone.

The PIN goes through scrypt and then through a key of the reader, so a copied file is worth
nothing without that key, and slow guesses with it.

Source: RFC 7914 (scrypt); facts/security.md §3.3.
"""

import hmac
import secrets
import struct
from dataclasses import dataclass, field
from hashlib import scrypt
from typing import Self

from device.pinpad.own_pins.names import OwnPinName

COST_LOG2 = 15
"""Of a new verifier: 32 MiB and about a tenth of a second on a PC."""

_BLOCK_SIZE = 8
_SALT_BYTES = 16
_DIGEST_BYTES = 32
_MAX_MEMORY_BYTES = 64 * 1024 * 1024
_BODY = struct.Struct(f">BB{_SALT_BYTES}s{_DIGEST_BYTES}s")

BODY_BYTES = _BODY.size


@dataclass(frozen=True, slots=True)
class Verifier:
    """Recognises one PIN. Its cost stands beside it, so a new default changes no PIN in use."""

    name: OwnPinName
    cost_log2: int
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)

    @classmethod
    def make(cls, name: OwnPinName, digits: bytearray, key: bytes, cost_log2: int) -> Self:
        """Of a new PIN.

        Args:
            name: Which PIN it is.
            digits: The PIN, ASCII.
            key: Of this reader, 32 bytes.
            cost_log2: Of scrypt, 1 to 15.
        """
        salt = secrets.token_bytes(_SALT_BYTES)
        return cls(name, cost_log2, salt, _digest(digits, key, cost_log2, salt))

    def fits(self, digits: bytearray, key: bytes) -> bool:
        """Whether this is the PIN; takes as long for a wrong one as for the right one."""
        digest = _digest(digits, key, self.cost_log2, self.salt)
        return hmac.compare_digest(digest, self.digest)

    def encode(self) -> bytes:
        """As it lies on the disk."""
        return _BODY.pack(self.name.value, self.cost_log2, self.salt, self.digest)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """What `encode` gave.

        Raises:
            ValueError: No verifier of this version.
        """
        name, cost_log2, salt, digest = _BODY.unpack(body)
        return cls(OwnPinName(name), cost_log2, salt, digest)


def _digest(digits: bytearray, key: bytes, cost_log2: int, salt: bytes) -> bytes:
    stretched = scrypt(
        digits, salt=salt, n=1 << cost_log2, r=_BLOCK_SIZE, p=1, maxmem=_MAX_MEMORY_BYTES
    )
    return hmac.digest(key, stretched, "sha256")
