"""A key in a PEM file: for readers without a secure element, and for testers.

Whoever can copy the file can sign as this reader; a TPM or secure element is one more file
in this folder.
"""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from device.errors import ConfigurationError
from device.keys.port import SigningKey
from device.tables import Table


class Settings(Table, frozen=True):
    """Settings of this key store."""

    key: Path
    """PEM: P-256 private key."""
    certificate: Path
    """PEM: its certificate and the maker's intermediates, leaf first."""


@dataclass(frozen=True, slots=True)
class FileKey:
    """The private key in this process's memory, and its certificates."""

    chain: tuple[bytes, ...]
    _key: ec.EllipticCurvePrivateKey = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """ECDSA with SHA-256 over `data`, DER; the same data gives the same signature."""
        return self._key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))


def create(settings: Settings) -> SigningKey:
    """Read the two files.

    Raises:
        ConfigurationError: A file is missing or does not hold what it should.
    """
    try:
        key = load_pem_private_key(settings.key.read_bytes(), None)
        chain = x509.load_pem_x509_certificates(settings.certificate.read_bytes())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(f"settings of the key file: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ConfigurationError("settings of the key file: `key` must hold a P-256 key")
    if chain[0].public_key() != key.public_key():
        # Every result would be refused at the agent, days later.
        raise ConfigurationError("settings of the key file: `certificate` is not that of `key`")
    return FileKey(tuple(each.public_bytes(Encoding.DER) for each in chain), key)
