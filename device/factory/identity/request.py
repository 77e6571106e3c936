"""The request for a key's certificate, signed by the key wherever it lies.

Source: RFC 2986 (PKCS #10); IEEE 802.1AR §8.6 (serialNumber in the subject of a device identity);
RFC 9711 §4.2.1 (UEID).
"""

from typing import NoReturn

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    PrivateFormat,
)
from cryptography.utils import Buffer
from cryptography.x509.oid import NameOID

from device.factory.errors import FactoryError
from device.keys.port import UncertifiedKey

_UEID_BYTES = range(7, 34)
_CN = 64
"""Longest common name (RFC 5280, ub-common-name)."""


def reader_name(ueid: str) -> x509.Name:
    """The subject under which results are signed.

    Args:
        ueid: The reader's UEID in hex, 7 to 33 bytes.

    Raises:
        FactoryError: It is none.
    """
    serial = x509.NameAttribute(NameOID.SERIAL_NUMBER, _checked(ueid))
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "uketsuke reader"), serial])


def link_name(ueid: str) -> x509.Name:
    """The subject of the cable's key: without a serialNumber it can sign no result.

    Args:
        ueid: see `reader_name`.

    Raises:
        FactoryError: It is none.
    """
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"link of {_checked(ueid)}"[:_CN])])


def request_certificate(key: UncertifiedKey, subject: x509.Name) -> bytes:
    """A PKCS #10 request in PEM form.

    Raises:
        KeyStoreError: The store does not give the signature.
    """
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(_KeyInStore(key), SHA256()).public_bytes(Encoding.PEM)


def _checked(ueid: str) -> str:
    try:
        number = bytes.fromhex(ueid)
    except ValueError:
        number = b""
    if len(number) not in _UEID_BYTES:
        raise FactoryError("a UEID has 7 to 33 bytes, given as hex digits")
    return number.hex()


class _KeyInStore(ec.EllipticCurvePrivateKey):
    """Lets the library's builder sign with a key that it cannot hold."""

    def __init__(self, key: UncertifiedKey) -> None:
        self._key = key

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._key.public_key.curve

    @property
    def key_size(self) -> int:
        return self.curve.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._key.public_key

    def sign(self, data: Buffer, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        return self._key.sign(bytes(data))

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:
        raise NotImplementedError

    def private_numbers(self) -> NoReturn:
        raise NotImplementedError

    def private_bytes(
        self,
        encoding: Encoding,
        format: PrivateFormat,  # noqa: A002 - the library's name
        encryption_algorithm: KeySerializationEncryption,
    ) -> NoReturn:
        raise NotImplementedError

    def __copy__(self) -> "_KeyInStore":
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> "_KeyInStore":
        return self
