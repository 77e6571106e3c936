"""A key in a PEM file: for readers without a secure element, and for testers.

Whoever can copy an open file can sign as this reader. A file that is sealed to its board opens
only there; see docs/SECURITY.md for what that is worth.
"""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from device.errors import ConfigurationError
from device.keys._certificates import read_chain
from device.keys.port import SigningKey, UncertifiedKey
from device.sealed_key import KeyFile
from device.tables import Table


class Settings(Table, frozen=True):
    """Settings of this key store."""

    key: Path
    """PEM: P-256 private key."""
    certificate: Path
    """PEM: its certificate and the maker's intermediates, leaf first."""
    device_secret: Path | None = None
    """File with a secret of the board, 32 bytes or more, to which the key is sealed."""


@dataclass(frozen=True, slots=True)
class FileKey:
    """The private key in this process's memory, and its certificates."""

    chain: tuple[bytes, ...]
    _key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """What the maker certifies."""
        return self._key.public_key()

    def sign(self, data: bytes) -> bytes:
        """ECDSA with SHA-256 over `data`, DER; the same data gives the same signature."""
        return self._key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))


def create(settings: Settings) -> SigningKey:
    """Read the two files.

    Raises:
        ConfigurationError: A file is missing or does not hold what it should, or the key was
            sealed on another board.
    """
    key = _file(settings).open()
    chain, certified = read_chain(settings.certificate)
    if certified != key.public_key():
        # Every result would be refused at the agent, days later.
        raise ConfigurationError(f"{settings.certificate}: it is not that of {settings.key}")
    return FileKey(chain, key)


def make_key(settings: Settings) -> UncertifiedKey:
    """Make a new key in its file, sealed if `device_secret` is set.

    Raises:
        ConfigurationError: There is a file already, or it cannot be written.
    """
    return FileKey((), _file(settings).make())


def open_uncertified(settings: Settings) -> UncertifiedKey:
    """Read the key alone.

    Raises:
        ConfigurationError: see `create`.
    """
    return FileKey((), _file(settings).open())


def seal(settings: Settings) -> None:
    """Seal an open key to its board, in place.

    Raises:
        ConfigurationError: see `device.sealed_key.KeyFile.seal`; the file stays as it is.
    """
    _file(settings).seal()


def _file(settings: Settings) -> KeyFile:
    return KeyFile(settings.key, settings.device_secret)
