"""Keys and certificates for tests: a maker, its readers, an agent, and strangers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FROM = datetime(2026, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
UEID = bytes([1]) + bytes(range(16))
OTHER_UEID = bytes([1]) + bytes(16)


@dataclass(frozen=True)
class Identity:
    """A key and its certificates, leaf first."""

    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]

    @cached_property
    def chain_der(self) -> tuple[bytes, ...]:
        return tuple(certificate.public_bytes(Encoding.DER) for certificate in self.chain)

    def sign(self, tbs: bytes) -> bytes:
        """DER, the same bytes each time."""
        return self.key.sign(tbs, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """PEM files of the chain and the key."""
        chain, key = folder / f"{name}.pem", folder / f"{name}.key"
        chain.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in self.chain))
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return chain, key


def _key(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(0x5EED0000 + number, ec.SECP256R1())


def name_of(common: str, serial: str | None = None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if serial is not None:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    return x509.Name(attributes)


def issue(
    subject: x509.Name,
    number: int,
    issuer: Identity | None,
    *extensions: tuple[x509.ExtensionType, bool],
    valid_from: datetime = FROM,
    valid_to: datetime = NEVER,
) -> Identity:
    """A certificate for key `number`; self-signed without an issuer."""
    key = _key(number)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.leaf.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(1000 + number)
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
    )
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, critical=is_critical)
    signer = issuer.key if issuer else key
    leaf = builder.sign(signer, hashes.SHA256(), ecdsa_deterministic=True)
    above = issuer.chain if issuer and issuer.leaf.issuer != issuer.leaf.subject else ()
    return Identity(key, (leaf, *above))


def usage(*, signs: bool = False, certifies: bool = False) -> tuple[x509.KeyUsage, bool]:
    return (
        x509.KeyUsage(
            digital_signature=signs,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=certifies,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        ),
        True,
    )


def is_ca(path_length: int | None = None) -> tuple[x509.BasicConstraints, bool]:
    return x509.BasicConstraints(ca=True, path_length=path_length), True


IS_LEAF = (x509.BasicConstraints(ca=False, path_length=None), True)
FOR_SERVER = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
FOR_CLIENT = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)

MAKER = issue(name_of("Test maker root"), 1, None, is_ca(), usage(certifies=True))
PLANT = issue(name_of("Test maker plant"), 2, MAKER, is_ca(0), usage(certifies=True))
READER = issue(name_of("Test reader", UEID.hex()), 3, PLANT, IS_LEAF, usage(signs=True), FOR_SERVER)
OTHER_READER = issue(
    name_of("Test reader", OTHER_UEID.hex()), 8, PLANT, IS_LEAF, usage(signs=True), FOR_SERVER
)
AGENT = issue(name_of("Test agent"), 4, None, IS_LEAF, usage(signs=True), FOR_CLIENT)

STRANGE_MAKER = issue(name_of("Test maker root"), 5, None, is_ca(), usage(certifies=True))
STRANGE_READER = issue(
    name_of("Test reader", UEID.hex()), 6, STRANGE_MAKER, IS_LEAF, usage(signs=True), FOR_SERVER
)
STRANGE_AGENT = issue(name_of("Test agent"), 7, None, IS_LEAF, usage(signs=True), FOR_CLIENT)
