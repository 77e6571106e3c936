"""A private key in a PEM file that opens on one board only.

The file is an ordinary encrypted PKCS #8 key (AES-256-CBC, PBES2), so OpenSSL, TLS and every
other tool read it. Its password is derived from a secret of the board, which must lie somewhere
else than the file: then a copied SD card holds no key. Encryption alone does not notice every
change to a file; whoever opens a key compares it with its certificate.

Source: RFC 5958 (EncryptedPrivateKeyInfo), RFC 8018 §6.2 (PBES2), RFC 5869 (HKDF);
facts/security.md §2 T4. Decision 0016.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from device.disk import keep_file
from device.errors import ConfigurationError
from device.secret_file import read_secret

_PURPOSE = b"uketsuke key file, version 1"
_LEAST_SECRET_BYTES = 32
_LEAST_BYTE_VALUES = 8
"""Unprogrammed fuses read as zeros, in binary or as a line of hex digits; a random secret of 32
bytes or hex digits has more different ones."""


_SEALED = b"BEGIN ENCRYPTED PRIVATE KEY"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One key file, and what opens it."""

    path: Path
    """PEM: P-256 private key."""
    device_secret: Path | None
    """File with the board's secret; none: the key lies open in its file."""

    def password(self) -> bytes | None:
        """What opens the file, for a library that reads it itself; none where it lies open.

        Raises:
            ConfigurationError: The board's secret cannot be had, or is none.
        """
        if self.device_secret is None:
            return None
        return board_key(self.device_secret, self.path, _PURPOSE).hex().encode()

    def open(self) -> ec.EllipticCurvePrivateKey:
        """Read the key.

        Raises:
            ConfigurationError: The file cannot be read, was sealed on another board, is sealed or
                open against what the settings say, or holds no P-256 key. It is left as it is.
        """
        password = self.password()
        pem = _read(self.path)
        is_sealed = _SEALED in pem
        if is_sealed and password is None:
            raise ConfigurationError(f"{self.path}: this key is sealed; set `device_secret`")
        if password is not None and not is_sealed:
            raise ConfigurationError(
                f"{self.path}: this key lies open although `device_secret` is set; seal it with"
                " `python -m device.factory identity seal`"
            )
        return _decode(self.path, pem, password)

    def is_sealed(self) -> bool:
        """Whether the file is a sealed one, on whatever board.

        Raises:
            ConfigurationError: The file cannot be read.
        """
        return _SEALED in _read(self.path)

    def make(self) -> ec.EllipticCurvePrivateKey:
        """Make a new key and keep it; nothing is overwritten.

        Raises:
            ConfigurationError: There is a file already, or it cannot be written.
        """
        if self.path.exists():
            raise ConfigurationError(f"{self.path}: there is a key already; nothing was changed")
        key = ec.generate_private_key(ec.SECP256R1())
        self._keep(key)
        return key

    def seal(self) -> None:
        """Seal a key that lies open, in place: after a power cut it lies open or is sealed.

        Raises:
            ConfigurationError: No `device_secret` is set, the key is not an open one, or the
                sealed one cannot be written. The file is left as it is.
        """
        if self.device_secret is None:
            raise ConfigurationError(f"{self.path}: set `device_secret` before sealing the key")
        self._keep(KeyFile(self.path, None).open())

    def _keep(self, key: ec.EllipticCurvePrivateKey) -> None:
        password = self.password()
        lock: KeySerializationEncryption = NoEncryption()
        if password is not None:
            lock = BestAvailableEncryption(password)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
        try:
            keep_file(self.path, pem)
        except OSError as error:
            raise ConfigurationError(f"{self.path}: {error.strerror}") from error


def board_key(device_secret: Path, beside: Path, purpose: bytes) -> bytes:
    """32 bytes for one purpose, made of the board's secret.

    Args:
        device_secret: File with that secret.
        beside: The file that is to be of no use without it; its folder must be there.
        purpose: Keys of different purposes tell nothing of each other.

    Raises:
        ConfigurationError: The secret cannot be had, is none, or lies on the same file system.
    """
    secret = read_secret(device_secret)
    if len(secret) < _LEAST_SECRET_BYTES or len(set(secret)) < _LEAST_BYTE_VALUES:
        raise ConfigurationError(
            f"{device_secret}: this is no secret of a board: 32 random bytes or more are needed"
            " (are the fuses programmed?)"
        )
    _check_apart(device_secret, beside)
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret)


def _check_apart(device_secret: Path, key: Path) -> None:
    """A lock is worth nothing to which the key lies beside it."""
    try:
        is_together = device_secret.stat().st_dev == key.parent.stat().st_dev
    except OSError as error:
        raise ConfigurationError(f"{error.filename}: {error.strerror}") from error
    if is_together:
        raise ConfigurationError(
            f"{device_secret}: it lies on the file system of {key}, so whoever copies one has both"
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error


def _decode(path: Path, pem: bytes, password: bytes | None) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if password is not None:
            raise ConfigurationError(
                f"{path}: this key was sealed on another board, or the file is damaged; nothing"
                " was changed"
            ) from error
        raise ConfigurationError(f"{path}: this is no private key in PEM form") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ConfigurationError(f"{path}: this must be a P-256 key")
    return key
