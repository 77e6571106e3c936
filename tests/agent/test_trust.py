"""Which proofs of identity the agent believes, and on which day."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.trust import CardTrust, ProvenIdentity, months_after
from hostlink.terms import CardKind, FailureCode, Notice
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
    assert judge(trust, patient) == ProvenIdentity(patient.der, ())


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


LAST_DAY = TODAY.date()
EXPIRY = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
ALL_KINDS = (*CardKind, None)


@pytest.mark.parametrize(
    ("now", "notices"),
    [
        (datetime(2026, 8, 22, 23, 59, 59, tzinfo=UTC), ()),
        (datetime(2026, 8, 23, tzinfo=UTC), (Notice.CERTIFICATE_EXPIRES_SOON,)),
        (EXPIRY, (Notice.CERTIFICATE_EXPIRES_SOON,)),
    ],
)
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_before_expiry(
    trust: CardTrust, now: datetime, notices: tuple[Notice, ...], kind: CardKind | None
) -> None:
    identity = judge(trust, card(LAST_DAY), kind, now)
    assert isinstance(identity, ProvenIdentity)
    assert identity.notices == notices


AFTER_EXPIRY = [EXPIRY + timedelta(seconds=1), datetime(2027, 2, 22, 23, 59, 59, tzinfo=UTC)]


@pytest.mark.parametrize("now", AFTER_EXPIRY)
@pytest.mark.parametrize("kind", [CardKind.MY_NUMBER, CardKind.FACE_ONLY])
def test_a_physical_card_has_three_months_of_grace(
    trust: CardTrust, now: datetime, kind: CardKind
) -> None:
    identity = judge(trust, card(LAST_DAY), kind, now)
    assert isinstance(identity, ProvenIdentity)
    assert identity.notices == (Notice.CERTIFICATE_IN_GRACE,)


@pytest.mark.parametrize("now", AFTER_EXPIRY)
@pytest.mark.parametrize("kind", [CardKind.ANDROID, CardKind.IPHONE, None])
def test_a_phone_has_none(trust: CardTrust, now: datetime, kind: CardKind | None) -> None:
    assert judge(trust, card(LAST_DAY), kind, now) is FailureCode.CERTIFICATE_EXPIRED


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_after_the_grace(trust: CardTrust, kind: CardKind | None) -> None:
    now = datetime(2027, 2, 23, tzinfo=UTC)
    assert judge(trust, card(LAST_DAY), kind, now) is FailureCode.CERTIFICATE_EXPIRED


def test_not_valid_yet(trust: CardTrust) -> None:
    now = TODAY - timedelta(days=6 * 365)
    assert judge(trust, card(LAST_DAY), now=now) is FailureCode.CERTIFICATE_INVALID


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
    assert months_after(datetime(*start, tzinfo=UTC), months) == datetime(*end, tzinfo=UTC)
