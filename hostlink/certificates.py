"""Whether a reader's certificate may sign results: the chain to a root and what it is for.

No validity period is checked: a reader's clock may be wrong for years, and a result must stay
verifiable longer than any certificate.

Source: RFC 5280 §6.1 (without time), RFC 9360 §2 (x5chain); facts/security.md §4.6.
"""

from collections.abc import Sequence
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from hostlink.errors import InvalidResultError, InvalidResultReason

E = TypeVar("E", bound=x509.ExtensionType)

MAX_CHAIN = 4
"""Certificates in a result, leaf first, without the root."""

_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
}
"""A critical extension that is not understood makes a certificate unusable (RFC 5280 §4.2)."""
_READER_USAGE = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
"""On the link the reader is the TLS server; a certificate for other parts must not pass."""
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_WEAK_HASHES = (hashes.MD5, hashes.SHA1)


def load_chain(chain_der: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    """Read the certificates of a result.

    Raises:
        InvalidResultError: None, too many, or one that cannot be read.
    """
    if not 1 <= len(chain_der) <= MAX_CHAIN:
        raise InvalidResultError(InvalidResultReason.CHAIN_MALFORMED)
    try:
        chain = tuple(x509.load_der_x509_certificate(der) for der in chain_der)
        for certificate in chain:
            # The library reads these only when asked; later nothing may fail.
            _ = certificate.extensions, certificate.subject, certificate.issuer
    except UNREADABLE:
        raise InvalidResultError(InvalidResultReason.CHAIN_MALFORMED) from None
    return chain


def verify_chain(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]
) -> ec.EllipticCurvePublicKey:
    """Follow the chain to a root.

    Args:
        chain: Leaf first, each issued by the next, the last one by a root.
        roots: The trusted roots.

    Returns:
        The P-256 key of the leaf.

    Raises:
        InvalidResultError: It leads to no root, or a certificate is not for this use.
    """
    root = next((root for root in roots if _is_issued_by(chain[-1], root)), None)
    if root is None or not all(map(_is_issued_by, chain, chain[1:])):
        raise InvalidResultError(InvalidResultReason.CHAIN_UNTRUSTED)
    for below, issuer in enumerate([*chain[1:], root]):
        if not _may_issue(issuer, below):
            raise InvalidResultError(InvalidResultReason.CERTIFICATE_PURPOSE)
    return _signing_key(chain[0])


def names_reader(leaf: x509.Certificate, ueid: bytes) -> bool:
    """Whether the serial number in the certificate's subject, the only one, is the UEID in hex.

    Without this any reader of a maker could sign as another one.

    Source: IEEE 802.1AR §8.6 (serialNumber in the subject of a device identity).
    """
    numbers = leaf.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    return [str(number.value).lower() for number in numbers] == [ueid.hex()]


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        if isinstance(certificate.signature_hash_algorithm, _WEAK_HASHES):
            return False
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _may_issue(ca: x509.Certificate, intermediates_below: int) -> bool:
    constraints = _extension(ca, x509.BasicConstraints)
    if constraints is None or not constraints.ca or not _is_for_readers(ca):
        return False
    if constraints.path_length is not None and constraints.path_length < intermediates_below:
        return False
    usage = _extension(ca, x509.KeyUsage)
    return usage is None or usage.key_cert_sign


def _signing_key(leaf: x509.Certificate) -> ec.EllipticCurvePublicKey:
    key = _public_key(leaf)
    constraints = _extension(leaf, x509.BasicConstraints)
    usage = _extension(leaf, x509.KeyUsage)
    is_ca = constraints is not None and constraints.ca
    may_sign = usage is None or usage.digital_signature
    if key is None or is_ca or not may_sign or not _is_for_readers(leaf):
        raise InvalidResultError(InvalidResultReason.CERTIFICATE_PURPOSE)
    return key


def _public_key(leaf: x509.Certificate) -> ec.EllipticCurvePublicKey | None:
    try:
        key = leaf.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    return None


def _is_for_readers(certificate: x509.Certificate) -> bool:
    usages = _extension(certificate, x509.ExtendedKeyUsage)
    is_understood = all(
        extension.oid in _UNDERSTOOD for extension in certificate.extensions if extension.critical
    )
    return is_understood and (usages is None or bool(_READER_USAGE & set(usages)))


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
