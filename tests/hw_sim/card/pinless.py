"""A terminal in place of the PIN, within our own test hierarchy.

Presenting the certificate follows the public APDUs. The last step is not public: here the card
gives an 8-byte challenge, `00 82 00 00` brings the terminal's RSASSA-PKCS1-v1_5 SHA-256 signature
over it, and the authentication key is open until power-off.

Source: facts/card.md §8.1, §3.7.
"""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.keys import KeyStore
from tests.hw_sim.card.record_keys import KEY_ID_SUFFIX, public_key_objects
from tests.hw_sim.card.signature import sign_digests
from tests.hw_sim.card.status_words import (
    CONDITIONS_NOT_SATISFIED,
    SECURITY_STATUS_NOT_SATISFIED,
    WRONG_LENGTH,
)
from tests.hw_sim.card.tlv import tlv

_BODY_HEADER = bytes.fromhex("7F218202335F4E820129")
_SIGNATURE_HEADER = bytes.fromhex("5F37820100")
_BODY_BYTES = 297
_MODULUS_OFFSET = 16 + 16 + 5 + 4
"""Two key identifiers, object 90 with the exponent, header of object 91."""


@dataclass(slots=True)
class TerminalReference:
    """EF 0016: the key a terminal's certificate must be signed with, and how far it got."""

    trusted: RSAPublicKey
    """Public key of the test terminal CA."""
    is_verified: bool = False
    """A terminal has proved itself since power-up."""
    _body: bytes = field(default=b"", repr=False)
    _terminal: RSAPublicKey | None = None
    _challenge: bytes = field(default=b"", repr=False)

    def take_body(self, data: bytes) -> None:
        """`80 A2 06 C1`: the certificate up to the end of 5F4E."""
        self.forget()
        if len(data) != len(_BODY_HEADER) + _BODY_BYTES or not data.startswith(_BODY_HEADER):
            raise RefusedError(WRONG_LENGTH)
        self._body = data[len(_BODY_HEADER) :]

    def take_signature(self, data: bytes) -> None:
        """`80 A2 00 C1`: the rest of the certificate; from now on the terminal's key is known."""
        if not self._body or not data.startswith(_SIGNATURE_HEADER):
            raise RefusedError(CONDITIONS_NOT_SATISFIED)
        _check(self.trusted, data[len(_SIGNATURE_HEADER) :], self._body)
        modulus = int.from_bytes(self._body[_MODULUS_OFFSET:], "big")
        self._terminal = RSAPublicNumbers(0x010001, modulus).public_key()

    def gave_challenge(self, challenge: bytes) -> None:
        """`00 84`: what the terminal has to sign next."""
        self._challenge = challenge

    def take_answer(self, signature: bytes) -> None:
        """`00 82 00 00`: the terminal's signature over the challenge, which serves once."""
        challenge, self._challenge = self._challenge, b""
        if self._terminal is None or len(challenge) != 8:
            raise RefusedError(CONDITIONS_NOT_SATISFIED)
        _check(self._terminal, signature, challenge)
        self.is_verified = True

    def forget(self) -> None:
        """No terminal any more."""
        self.is_verified = False
        self._body = self._challenge = b""
        self._terminal = None


def issue_terminal(keys: KeyStore, folder: Path) -> dict[str, str]:
    """Write a terminal's certificate and key into a folder.

    Returns:
        Paths of `certificate` and `private_key` for the reader's terminal `test_hierarchy`.
    """
    key = keys.key("terminal")
    body = b"TEST800" + KEY_ID_SUFFIX + b"TEST801" + KEY_ID_SUFFIX
    body += public_key_objects(key.public_key())
    signature = sign_digests(keys.key("terminal-ca"), body)
    certificate = tlv(0x7F21, tlv(0x5F4E, body) + tlv(0x5F37, signature))
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    files = {"certificate": folder / "terminal.cvc", "private_key": folder / "terminal.pem"}
    files["certificate"].write_bytes(certificate)
    files["private_key"].write_bytes(pem)
    return {name: str(path) for name, path in files.items()}


def _check(key: RSAPublicKey, signature: bytes, signed: bytes) -> None:
    try:
        key.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise RefusedError(SECURITY_STATUS_NOT_SATISFIED) from None
