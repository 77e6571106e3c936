"""A terminal of our own test hierarchy: for cards issued for tests, never for those people carry.

How a card-verifiable certificate (CVC) is presented is public; the last step, the terminal's
signature over the card's challenge, is not. The form it has here is our own, and only cards of
our own test hierarchy know it, so the settings must confirm that no others are laid.

Source: facts/card.md §3.7 and §8.1.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from device.errors import ConfigurationError
from device.reader.apdu import CommandApdu
from device.reader.card_files import CardFiles
from device.reader.card_map import JpkiFile
from device.reader.errors import CardAnswerError, MalformedAnswerError, PinlessUnavailableError
from device.reader.pinless import PinlessAuthenticator
from device.reader.tlv import read_header, read_object
from device.tables import Table

_CERTIFICATE_TAG = 0x7F21
_BODY_TAG = 0x5F4E
_SIGNATURE_TAG = 0x5F37
_CHALLENGE_BYTES = 8


class Settings(Table, frozen=True):
    """The terminal's files."""

    certificate: Path
    """The CVC, one 7F21 object."""
    private_key: Path
    """The RSA key that belongs to it, PEM, not encrypted."""
    is_test_hierarchy: bool = False
    """Confirms that only cards of our own test hierarchy are laid; must be there and true."""


class TestHierarchyTerminal:
    """A terminal with one certificate of our own test hierarchy."""

    def __init__(self, body: bytes, signature: bytes, key: RSAPrivateKey) -> None:
        """Takes a certificate as the card wants it: in two pieces.

        Args:
            body: the certificate from its first byte to the end of 5F4E.
            signature: the rest, the object 5F37.
            key: the private key that belongs to the certificate.
        """
        self._body = body
        self._signature = signature
        self._key = key

    def unlock(self, files: CardFiles) -> None:
        """See `PinlessAuthenticator.unlock`."""
        try:
            files.open_file(JpkiFile.TERMINAL_TRUST)
            files.send_ok(CommandApdu(0x80, 0xA2, 0x06, 0xC1, self._body))
            files.send_ok(CommandApdu(0x80, 0xA2, 0x00, 0xC1, self._signature))
            challenge = files.send_ok(CommandApdu(0x00, 0x84, 0x00, 0x00, ne=_CHALLENGE_BYTES))
            signature = self._key.sign(challenge, PKCS1v15(), SHA256())
            files.send_ok(CommandApdu(0x00, 0x82, 0x00, 0x00, signature))
        except CardAnswerError as error:
            raise PinlessUnavailableError from error


def create(settings: Settings) -> PinlessAuthenticator:
    """The terminal whose files the settings name.

    Raises:
        ConfigurationError: nobody confirmed the test hierarchy, or a file is missing or is not
            what it should be.
    """
    if not settings.is_test_hierarchy:
        raise ConfigurationError(
            "terminal test_hierarchy sends cards a command of our own making: leave [terminal] out,"
            " or set is_test_hierarchy = true where only cards made for tests are laid"
        )
    certificate = _read(settings.certificate)
    try:
        body_end = _find_body_end(certificate)
    except MalformedAnswerError:
        raise ConfigurationError("terminal setting certificate must name a CVC") from None
    key = _load_key(_read(settings.private_key))
    return TestHierarchyTerminal(certificate[:body_end], certificate[body_end:], key)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"terminal file {path} cannot be read") from error


def _load_key(pem: bytes) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigurationError("terminal setting private_key must name an open RSA key in PEM")
    return key


def _find_body_end(certificate: bytes) -> int:
    outer = read_header(certificate)
    body = read_header(certificate, outer.value_offset)
    signature = read_object(certificate, body.end_offset)
    if (outer.tag, body.tag, signature.tag) != (_CERTIFICATE_TAG, _BODY_TAG, _SIGNATURE_TAG):
        raise MalformedAnswerError("not a CVC")
    return body.end_offset
