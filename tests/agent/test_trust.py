"""Which proofs of identity the agent believes, and on which day."""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from agent.trust import (
    LAST_MOMENT,
    CardTrust,
    ProvenIdentity,
    is_verified_by,
    judge_validity,
    months_after,
)
from hostlink.terms import CardKind, FailureCode, Notice, VerificationMethod
from tests.agent.world import TODAY, Card, authority, card, keys
from tests.hostlink.pki import READER
from tests.hw_sim.card.certificates import make_authority

CHALLENGE = bytes(range(32))
SAME_NAME = ("authentication-ca-2", "authentication-ca", "authentication-ca-3")


@pytest.fixture(scope="module")
def trust() -> CardTrust:
    """Three generations of the issuer that differ in nothing but the key."""
    anchors = [authority(name).certificate for name in SAME_NAME]
    assert len({anchor.subject for anchor in anchors}) == 1
    return CardTrust(anchors)


def judge(
    trust: CardTrust,
    patient: Card,
    kind: CardKind | None = CardKind.MY_NUMBER,
    now: datetime = TODAY,
    signature: bytes | None = None,
) -> ProvenIdentity | FailureCode:
    signed = patient.sign(CHALLENGE) if signature is None else signature
    return trust.judge(patient.der, CHALLENGE, signed, kind, now)


def test_a_good_card_is_believed(trust: CardTrust) -> None:
    patient = card()
    ends = x509.load_der_x509_certificate(patient.der).not_valid_after_utc
    assert judge(trust, patient) == ProvenIdentity(patient.der, (), ends)


@pytest.mark.parametrize("name", SAME_NAME)
def test_the_issuer_is_found_by_its_key(trust: CardTrust, name: str) -> None:
    assert isinstance(judge(trust, card(issuer=authority(name))), ProvenIdentity)


def test_an_issuer_of_the_same_name_and_another_key_is_not_believed(trust: CardTrust) -> None:
    stranger = make_authority(keys().key("stranger"), "user authentication", TODAY.date())
    assert judge(trust, card(issuer=stranger)) is FailureCode.CERTIFICATE_INVALID


def test_the_certificate_for_signatures_is_not_believed(trust: CardTrust) -> None:
    assert judge(trust, card(is_signature=True)) is FailureCode.CERTIFICATE_INVALID


@pytest.mark.parametrize("data", [b"", b"no certificate", READER.chain_der[0]])
def test_no_card_certificate_at_all(trust: CardTrust, data: bytes) -> None:
    judgement = trust.judge(data, CHALLENGE, b"s" * 256, CardKind.MY_NUMBER, TODAY)
    assert judgement is FailureCode.CERTIFICATE_INVALID


def test_an_issuer_is_no_patient(trust: CardTrust) -> None:
    issuer = Card(authority().key, authority().certificate)
    assert judge(trust, issuer) is FailureCode.CERTIFICATE_INVALID


def test_a_damaged_certificate_is_not_believed(trust: CardTrust) -> None:
    patient = card()
    for place in range(0, len(patient.der), 37):
        damaged = bytearray(patient.der)
        damaged[place] ^= 0x01
        judgement = trust.judge(
            bytes(damaged), CHALLENGE, patient.sign(CHALLENGE), CardKind.MY_NUMBER, TODAY
        )
        assert isinstance(judgement, FailureCode), place


@pytest.mark.parametrize("signature", [b"", b"s" * 256, card().sign(b"another challenge")])
def test_a_card_that_did_not_sign_is_not_genuine(trust: CardTrust, signature: bytes) -> None:
    judgement = judge(trust, card(), signature=signature)
    assert judgement is FailureCode.CARD_NOT_GENUINE


ALL_KINDS = (*CardKind, None)
JAPAN = timezone(timedelta(hours=9))
LAST_SECOND = datetime(2026, 11, 30, 23, 59, 59, tzinfo=JAPAN)
SECOND = timedelta(seconds=1)
SOON, GRACE = (Notice.CERTIFICATE_EXPIRES_SOON,), (Notice.CERTIFICATE_IN_GRACE,)
BEFORE = [
    (datetime(2026, 8, 29, 23, 59, 59, tzinfo=JAPAN), ()),
    (datetime(2026, 8, 30, tzinfo=JAPAN), SOON),
    (LAST_SECOND, SOON),
]
"""In UTC the second of these days begins on the day before."""
AFTER = [LAST_SECOND + SECOND, datetime(2027, 2, 28, 23, 59, 59, tzinfo=JAPAN)]
TOO_LATE = datetime(2027, 3, 1, tzinfo=JAPAN)


@cache
def certificate(not_after: datetime = LAST_SECOND) -> x509.Certificate:
    """Valid for five years, up to and including that second."""
    key, name = keys().key("card"), authority().certificate.subject
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(not_after - timedelta(days=5 * 365))
        .not_valid_after(not_after)
        .sign(key, SHA256())
    )


@pytest.mark.parametrize(("now", "notices"), BEFORE)
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_before_expiry(now: datetime, notices: tuple[Notice, ...], kind: CardKind | None) -> None:
    assert judge_validity(certificate(), kind, now) == notices
    assert judge_validity(certificate(), kind, now.astimezone(UTC)) == notices


@pytest.mark.parametrize("now", AFTER)
@pytest.mark.parametrize("kind", [CardKind.MY_NUMBER, CardKind.FACE_ONLY])
def test_a_physical_card_has_three_months_of_grace(now: datetime, kind: CardKind) -> None:
    assert judge_validity(certificate(), kind, now) == GRACE
    assert judge_validity(certificate(), kind, now.astimezone(UTC)) == GRACE


@pytest.mark.parametrize("now", AFTER)
@pytest.mark.parametrize("kind", [CardKind.ANDROID, CardKind.IPHONE, None])
def test_a_phone_has_none(now: datetime, kind: CardKind | None) -> None:
    assert judge_validity(certificate(), kind, now) is FailureCode.CERTIFICATE_EXPIRED


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_after_the_grace(kind: CardKind | None) -> None:
    assert judge_validity(certificate(), kind, TOO_LATE) is FailureCode.CERTIFICATE_EXPIRED


def test_the_months_are_counted_from_the_last_day_in_japan() -> None:
    """03:00 on December 1st in Japan is still November in UTC."""
    early = datetime(2026, 12, 1, 3, tzinfo=JAPAN)
    last_of_grace = datetime(2027, 3, 1, 23, 59, 59, tzinfo=JAPAN)
    judged = [
        judge_validity(certificate(early), CardKind.MY_NUMBER, now)
        for now in (datetime(2026, 8, 31, 23, tzinfo=JAPAN), last_of_grace, last_of_grace + SECOND)
    ]
    assert judged == [(), GRACE, FailureCode.CERTIFICATE_EXPIRED]


@pytest.mark.parametrize(
    "end", [datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(9999, 10, 1, tzinfo=UTC)]
)
def test_a_certificate_without_an_end_is_judged_like_any_other(
    trust: CardTrust, end: datetime
) -> None:
    assert judge_validity(certificate(end), CardKind.ANDROID, LAST_MOMENT - SECOND) == SOON
    proven = judge(trust, card(end.date()), now=datetime(9998, 6, 1, tzinfo=UTC))
    assert isinstance(proven, ProvenIdentity)
    assert (proven.notices, proven.ends) == ((), LAST_MOMENT)
    beyond = judge_validity(certificate(end), CardKind.ANDROID, LAST_MOMENT + SECOND)
    assert beyond is FailureCode.CERTIFICATE_EXPIRED


def test_its_first_second() -> None:
    first = certificate().not_valid_before_utc
    assert judge_validity(certificate(), CardKind.MY_NUMBER, first) == ()
    judgement = judge_validity(certificate(), CardKind.MY_NUMBER, first - SECOND)
    assert judgement is FailureCode.CERTIFICATE_NOT_YET_VALID


def test_dates_count_before_the_signature(trust: CardTrust) -> None:
    patient = card(TODAY.date() - timedelta(days=120))
    assert judge(trust, patient, signature=b"") is FailureCode.CERTIFICATE_EXPIRED
    assert judge(trust, card(), signature=b"") is FailureCode.CARD_NOT_GENUINE


WAYS = {
    CardKind.MY_NUMBER: {VerificationMethod.FACE, VerificationMethod.PIN, VerificationMethod.STAFF},
    CardKind.FACE_ONLY: {VerificationMethod.FACE, VerificationMethod.STAFF},
    CardKind.ANDROID: {VerificationMethod.PIN},
    CardKind.IPHONE: {VerificationMethod.PHONE},
    None: set(VerificationMethod) - {VerificationMethod.PHONE},
}


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_each_kind_is_verified_in_its_own_ways(kind: CardKind | None) -> None:
    assert {method for method in VerificationMethod if is_verified_by(kind, method)} == WAYS[kind]


def test_nothing_personal_shows(trust: CardTrust) -> None:
    patient = card()
    assert patient.der.hex()[:32] not in repr(judge(trust, patient))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ((2026, 11, 30), 3, (2027, 2, 28)),
        ((2027, 11, 30), 3, (2028, 2, 29)),
        ((2026, 3, 31), -4, (2025, 11, 30)),
        ((2026, 1, 15), -1, (2025, 12, 15)),
    ],
)
def test_months_end_on_a_day_that_exists(
    start: tuple[int, int, int], months: int, end: tuple[int, int, int]
) -> None:
    assert months_after(date(*start), months) == date(*end)
