"""The certificates that reader and agent make for each other when they are paired.

Both are self-signed and believed byte by byte, as the one that was shown at the pairing; no
issuer and no date speaks for them.

Source: facts/security.md §4.4 and §5.2; IEEE 802.1AR (a locally significant identity beside the
maker's).
"""

from datetime import UTC, datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""A reader may believe that it is 1970 when it makes one."""
_TO = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def reader_certificate(key: ec.EllipticCurvePrivateKey) -> bytes:
    """DER of the certificate a reader shows to one paired agent."""
    return _self_signed(key, "uketsuke reader", ExtendedKeyUsageOID.SERVER_AUTH, _ANY_TIME)


def agent_certificate(key: ec.EllipticCurvePrivateKey, made_at: datetime | None = None) -> bytes:
    """DER of the certificate an agent shows to one paired reader.

    Args:
        key: Its key.
        made_at: Its first moment, by which an agent may doubt its clock later; none: any time.
    """
    return _self_signed(
        key, "uketsuke agent", ExtendedKeyUsageOID.CLIENT_AUTH, made_at or _ANY_TIME
    )


def to_pem(certificate: bytes) -> bytes:
    """PEM of a DER certificate."""
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


def _self_signed(
    key: ec.EllipticCurvePrivateKey, role: str, usage: x509.ObjectIdentifier, start: datetime
) -> bytes:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    # Its own name for each: OpenSSL looks for issuers by their names.
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"{role} {sha256(point).hexdigest()[:16]}")]
    )
    used = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(_TO)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(used, critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .sign(key, SHA256())
    )
    return certificate.public_bytes(Encoding.DER)
