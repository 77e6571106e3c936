"""X.509 certificates of the test hierarchy, shaped like real ones, plainly named as test.

Source: RFC 5280; facts/card.md §7.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.x509.oid import NameOID

from tests.hw_sim.card.era import era_of
from tests.hw_sim.card.holder import Holder
from tests.hw_sim.card.profile import CertificateLook
from tests.hw_sim.card.tlv import tlv

ORGANISATION = "UKETSUKE-TEST"
_POLICY_ARC = "1.2.392.200149.8.5.1"
_ATTRIBUTE_ARC = "1.2.392.200149.8.5.5"
_CA_YEARS = 10
_LONGEST_SERIAL = 1 << 158
"""Set in every serial number, so that all certificates of one shape have one length."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A self-signed CA of one tier."""

    key: RSAPrivateKey = field(repr=False)
    """Its private key."""
    certificate: x509.Certificate
    """Its own certificate."""


@dataclass(frozen=True, slots=True)
class EndEntity:
    """What one end-entity certificate says."""

    common_name: str
    """Subject CN; names no person."""
    public_key: RSAPublicKey
    """The card's key."""
    not_before: date
    """First day of validity."""
    not_after: date
    """Last day of validity."""
    is_signature: bool
    """署名用 (with nonRepudiation and the holder's attributes) instead of 利用者証明用."""
    holder: Holder
    """Whose attributes a signature certificate carries."""


def make_authority(
    key: RSAPrivateKey, purpose: str, today: date, look: CertificateLook = CertificateLook.OWN
) -> Authority:
    """A CA certificate around `today`.

    Args:
        key: The CA's key.
        purpose: "user authentication" or "digital signature".
        today: The day from which validity is counted.
        look: How its name looks.
    """
    name = _name(look, *_units(look, purpose))
    start = today - timedelta(days=365 * _CA_YEARS // 2)
    builder = (
        _builder(name, name, key.public_key(), start, start + timedelta(days=365 * _CA_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(is_ca=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(key, builder.sign(key, hashes.SHA256()))


def issue_certificate(
    authority: Authority, subject: EndEntity, look: CertificateLook = CertificateLook.OWN
) -> x509.Certificate:
    """An end-entity certificate under the authority."""
    name = _name(look, x509.NameAttribute(NameOID.COMMON_NAME, subject.common_name))
    policy = f"{_POLICY_ARC}.{_policy(look, is_signature=subject.is_signature)}"
    issuer_name = authority.certificate.subject
    issuer_key = authority.key.public_key()
    builder = (
        _builder(name, issuer_name, subject.public_key, subject.not_before, subject.not_after)
        .add_extension(_key_usage(is_signature=subject.is_signature), critical=True)
        .add_extension(
            x509.CertificatePolicies(
                [x509.PolicyInformation(x509.ObjectIdentifier(policy), ["http://test.invalid/cps"])]
            ),
            critical=True,
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(subject.public_key), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
    )
    if subject.is_signature:
        attributes = _holder_attributes(subject.holder)
        builder = builder.add_extension(x509.SubjectAlternativeName(attributes), critical=False)
    return builder.sign(authority.key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: RSAPublicKey, not_before: date, not_after: date
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number() | _LONGEST_SERIAL)
        .not_valid_before(datetime.combine(not_before, time.min, UTC))
        .not_valid_after(datetime.combine(not_after, time(23, 59, 59), UTC))
    )


def _name(look: CertificateLook, *rest: x509.NameAttribute[str]) -> x509.Name:
    organisation = "JPKI-TEST" if look is CertificateLook.TEST_CARD else ORGANISATION
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            *rest,
        ]
    )


def _units(look: CertificateLook, purpose: str) -> list[x509.NameAttribute[str]]:
    units = [f"TEST for {purpose}"]
    if look is CertificateLook.PRODUCTION:
        units = [f"JPKI for {purpose}", "Agency that does not exist"]
    return [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units]


def _policy(look: CertificateLook, *, is_signature: bool) -> str:
    """The last arcs: test cards have one of their own, cards in the field one for each purpose."""
    if look is CertificateLook.PRODUCTION:
        return "1.20" if is_signature else "3.30"
    return "0.20" if is_signature else "0.30"


def _key_usage(*, is_ca: bool = False, is_signature: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=is_signature,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _holder_attributes(holder: Holder) -> Sequence[x509.GeneralName]:
    birth = f"{era_of(holder.birth_date).digit}{holder.birth_date:%Y%m%d}"
    values = {1: holder.name, 3: holder.sex.value, 4: birth, 5: holder.address}
    return [
        x509.OtherName(x509.ObjectIdentifier(f"{_ATTRIBUTE_ARC}.{arc}"), _utf8_string(value))
        for arc, value in values.items()
    ]


def _utf8_string(text: str) -> bytes:
    return tlv(0x0C, text.encode())
