"""Is this certificate a patient's, is it still good, and did its card sign our challenge?

Whether it was revoked is not decided here: only the eligibility source may ask J-LIS.

Source: facts/card.md §7.1; facts/oqs.md §7.6; RFC 5280 §6.1 for one tier.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from hostlink.terms import CardKind, FailureCode, Notice

SMALLEST_KEY_BITS = 2048
WARNING_MONTHS = 3
GRACE_MONTHS = 3
UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What a certificate from outside can make the parser raise."""
PHYSICAL_CARDS = (CardKind.MY_NUMBER, CardKind.FACE_ONLY)
"""Only these work on for a while after their certificate has expired."""


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """The card is genuine and present, and its certificate may be used."""

    certificate: bytes = field(repr=False)
    """X.509 DER."""
    notices: tuple[Notice, ...]


class CardTrust:
    """The issuers whose 利用者証明用電子証明書 the agent believes.

    Args:
        anchors: Certificates of the issuers, trusted as configured whatever their own dates.
            Three generations bear the same name, so the signature alone decides.
    """

    def __init__(self, anchors: Sequence[x509.Certificate]) -> None:
        self._anchors = tuple(anchors)

    def judge(
        self,
        certificate: bytes,
        challenge: bytes,
        signature: bytes,
        card_kind: CardKind | None,
        now: datetime,
    ) -> ProvenIdentity | FailureCode:
        """Check a proof of identity.

        Args:
            certificate: X.509 DER, as the card gave it.
            challenge: The bytes this agent made for this visit.
            signature: RSASSA-PKCS1-v1_5 with SHA-256 over the challenge.
            card_kind: Decides about the months of grace; None gets none.
            now: Wall time with time zone.

        Returns:
            The proven identity, or why there is none.
        """
        parsed = self._parse(certificate)
        if parsed is None:
            return FailureCode.CERTIFICATE_INVALID
        notices = judge_validity(parsed, card_kind, now)
        if isinstance(notices, FailureCode):
            return notices
        if not _has_signed(parsed, challenge, signature):
            return FailureCode.CARD_NOT_GENUINE
        return ProvenIdentity(certificate=certificate, notices=notices)

    def _parse(self, data: bytes) -> x509.Certificate | None:
        """The certificate, if it is one for user authentication from a trusted issuer."""
        try:
            certificate = x509.load_der_x509_certificate(data)
            is_usable = _is_for_authentication(certificate)
        except UNREADABLE:
            return None
        is_ours = any(_is_issued_by(certificate, anchor) for anchor in self._anchors)
        return certificate if is_usable and is_ours else None


def judge_validity(
    certificate: x509.Certificate, card_kind: CardKind | None, now: datetime
) -> tuple[Notice, ...] | FailureCode:
    """What the certificate's dates mean today: notices for the patient, or a refusal."""
    expiry = certificate.not_valid_after_utc
    if now < certificate.not_valid_before_utc:
        return FailureCode.CERTIFICATE_INVALID
    if now <= months_after(expiry, -WARNING_MONTHS):
        return ()
    if now <= expiry:
        return (Notice.CERTIFICATE_EXPIRES_SOON,)
    if now <= months_after(expiry, GRACE_MONTHS) and card_kind in PHYSICAL_CARDS:
        return (Notice.CERTIFICATE_IN_GRACE,)
    return FailureCode.CERTIFICATE_EXPIRED


def months_after(moment: datetime, months: int) -> datetime:
    """The same day of another month, or that month's last day when it is shorter."""
    year, month0 = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last_day = calendar.monthrange(year, month0 + 1)[1]
    return moment.replace(year=year, month=month0 + 1, day=min(moment.day, last_day))


def _is_for_authentication(certificate: x509.Certificate) -> bool:
    """Only with digitalSignature alone: with nonRepudiation it is the 署名用 certificate."""
    key = certificate.public_key()
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    has_unknown_demands = any(
        extension.critical and isinstance(extension.value, x509.UnrecognizedExtension)
        for extension in certificate.extensions
    )
    return (
        isinstance(key, RSAPublicKey)
        and key.key_size >= SMALLEST_KEY_BITS
        and usage.digital_signature
        and not usage.content_commitment
        and not usage.key_cert_sign
        and not has_unknown_demands
    )


def _is_issued_by(certificate: x509.Certificate, anchor: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(anchor)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _has_signed(certificate: x509.Certificate, challenge: bytes, signature: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(signature, challenge, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
