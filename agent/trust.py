"""Is this certificate a patient's, is it still good, and did its card sign our challenge?

Whether it was revoked is not decided here: only the eligibility source may ask J-LIS.

Source: facts/card.md §7.1 and §9; facts/oqs.md §7.2, §7.6 and §7.8; RFC 5280 §6.1 for one tier.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from agent.clock import JAPAN
from hostlink.terms import CardKind, FailureCode, Notice, VerificationMethod

SMALLEST_KEY_BITS = 2048
WARNING_MONTHS = 3
GRACE_MONTHS = 3
LAST_MOMENT = datetime(9999, 1, 1, tzinfo=UTC)
"""No certificate counts for longer: 99991231235959Z says that it has no end (RFC 5280 §4.1.2.5),
and neither Japan's time nor months can be counted from there."""
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
METHODS: Mapping[CardKind, frozenset[VerificationMethod]] = {
    CardKind.MY_NUMBER: frozenset(
        {VerificationMethod.FACE, VerificationMethod.PIN, VerificationMethod.STAFF}
    ),
    CardKind.FACE_ONLY: frozenset({VerificationMethod.FACE, VerificationMethod.STAFF}),
    CardKind.ANDROID: frozenset({VerificationMethod.PIN}),
    CardKind.IPHONE: frozenset({VerificationMethod.PHONE}),
}
"""How the holder of each kind can be verified at all: a phone has no photo, and no card asks its
holder by itself."""


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """The card is genuine and present, and its certificate may be used."""

    certificate: bytes = field(repr=False)
    """X.509 DER."""
    notices: tuple[Notice, ...]
    ends: datetime
    """Last moment of the certificate."""


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
        return ProvenIdentity(certificate=certificate, notices=notices, ends=_end_of(parsed))

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
    """What the certificate's dates mean today: notices for the patient, or a refusal.

    The certificate's own limits count to the second, the months around them by Japan's days.
    """
    if now < certificate.not_valid_before_utc:
        return FailureCode.CERTIFICATE_NOT_YET_VALID
    end = _end_of(certificate)
    today, last_day = now.astimezone(JAPAN).date(), end.astimezone(JAPAN).date()
    if now <= end:
        is_ending = today >= months_after(last_day, -WARNING_MONTHS)
        return (Notice.CERTIFICATE_EXPIRES_SOON,) if is_ending else ()
    if card_kind in PHYSICAL_CARDS and today <= months_after(last_day, GRACE_MONTHS):
        return (Notice.CERTIFICATE_IN_GRACE,)
    return FailureCode.CERTIFICATE_EXPIRED


def is_verified_by(card_kind: CardKind | None, method: VerificationMethod) -> bool:
    """Whether this kind of card can be verified like that.

    Args:
        card_kind: None: the reader's word about it never arrived; only a phone is then ruled out,
            whose own check nobody else saw.
        method: What the reader says.
    """
    if card_kind is None:
        return method is not VerificationMethod.PHONE
    return method in METHODS[card_kind]


def months_after(day: date, months: int) -> date:
    """The same day of another month, or that month's last day when it is shorter."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last_day = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last_day))


def _end_of(certificate: x509.Certificate) -> datetime:
    return min(certificate.not_valid_after_utc, LAST_MOMENT)


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
