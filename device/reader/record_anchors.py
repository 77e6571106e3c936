"""The keys in which this reader trusts: of the CAs that certify who signs cards' records.

Source: facts/card.md §7.2.
"""

from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from device.errors import ConfigurationError
from device.reader.cv_certificate import CvCertificate

_LEAST_KEY_BITS = 2048
_BEGIN = b"-----BEGIN "


class RecordAnchors:
    """Trusted CA keys of card-verifiable certificates."""

    def __init__(self, keys: Sequence[RSAPublicKey]) -> None:
        self._keys = tuple(keys)

    def vouch_for(self, certificate: CvCertificate) -> bool:
        """Whether one of the keys signed this certificate.

        The names of keys in it are not compared. By the public source each application has a CA key
        of its own, so it is the choice of anchors that keeps out the signers of other records.

        Source: facts/card.md §3.7, unverified.
        """
        return any(_is_signed_by(key, certificate) for key in self._keys)


def read_anchors(paths: Sequence[Path]) -> RecordAnchors:
    """The keys in these PEM files, one public key or certificate each.

    A certificate only wraps its key here: card-verifiable certificates carry no dates, and who
    wrote the path into the configuration vouches for the key.

    Raises:
        ConfigurationError: no file is named, or one does not hold exactly that.
    """
    if not paths:
        raise ConfigurationError("records anchors: name at least one PEM file with a CA's key")
    return RecordAnchors([_read_anchor(path) for path in paths])


def _is_signed_by(key: RSAPublicKey, certificate: CvCertificate) -> bool:
    try:
        key.verify(certificate.signature, certificate.body, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _read_anchor(path: Path) -> RSAPublicKey:
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"records anchor {path} cannot be read") from error
    if b"PRIVATE KEY-----" in pem:
        raise ConfigurationError(
            f"records anchor {path} is a private key: name the public key, and keep the private"
            " one away from this machine"
        )
    if pem.count(_BEGIN) != 1:
        raise ConfigurationError(f"records anchor {path} must hold exactly one key in PEM")
    key = _load_key(pem)
    if key is None:
        raise ConfigurationError(
            f"records anchor {path} must be an RSA public key or certificate in PEM"
        )
    if key.key_size < _LEAST_KEY_BITS:
        raise ConfigurationError(
            f"records anchor {path} is shorter than {_LEAST_KEY_BITS} bits: too weak to trust"
        )
    return key


def _load_key(pem: bytes) -> RSAPublicKey | None:
    is_certificate = _BEGIN + b"CERTIFICATE" in pem
    try:
        key = (
            load_pem_x509_certificate(pem).public_key()
            if is_certificate
            else load_pem_public_key(pem)
        )
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None
