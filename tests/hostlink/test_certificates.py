"""A certificate signs results only if the maker issued it for a reader."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from hostlink.certificates import load_chain, verify_chain
from hostlink.errors import InvalidResultError, InvalidResultReason
from tests.hostlink import pki
from tests.hostlink.pki import (
    FOR_CLIENT,
    FOR_SERVER,
    IS_LEAF,
    MAKER,
    PLANT,
    READER,
    Identity,
    is_ca,
    issue,
    name_of,
    usage,
)

ROOTS = (MAKER.leaf,)
READER_NAME = name_of("Test reader")
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
PURPOSE = InvalidResultReason.CERTIFICATE_PURPOSE
UNTRUSTED = InvalidResultReason.CHAIN_UNTRUSTED


def leaf(*extensions: tuple[x509.ExtensionType, bool], issuer: Identity = PLANT) -> Identity:
    return issue(READER_NAME, 20, issuer, *extensions)


def plant(
    *extensions: tuple[x509.ExtensionType, bool], issuer: Identity = MAKER, number: int = 21
) -> Identity:
    return issue(name_of(f"Test plant {number}"), number, issuer, *extensions)


GOOD = [
    READER,
    leaf(),
    leaf(IS_LEAF),
    leaf(FOR_SERVER),
    leaf((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), False)),
    leaf((UNKNOWN, False)),
    leaf(issuer=MAKER),
    leaf(issuer=plant(is_ca())),
    leaf(issuer=plant(is_ca(0), issuer=plant(is_ca(1), number=22))),
]
REFUSED = [
    (leaf(is_ca()), PURPOSE),
    (leaf(usage(certifies=True)), PURPOSE),
    (leaf(FOR_CLIENT), PURPOSE),
    (leaf((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)), PURPOSE),
    (leaf((UNKNOWN, True)), PURPOSE),
    (leaf(issuer=plant()), PURPOSE),
    (leaf(issuer=plant(IS_LEAF)), PURPOSE),
    (leaf(issuer=plant(is_ca(), usage(signs=True))), PURPOSE),
    (leaf(issuer=plant(is_ca(), FOR_CLIENT)), PURPOSE),
    (leaf(issuer=plant(is_ca(), (UNKNOWN, True))), PURPOSE),
    (leaf(issuer=plant(is_ca(), issuer=plant(is_ca(0), number=22))), PURPOSE),
    (leaf(issuer=READER), PURPOSE),
    (pki.STRANGE_READER, UNTRUSTED),
    (pki.AGENT, UNTRUSTED),
    (MAKER, PURPOSE),
]


@pytest.mark.parametrize("identity", GOOD)
def test_good(identity: Identity) -> None:
    key = verify_chain(load_chain(identity.chain_der), ROOTS)
    assert key == identity.key.public_key()


@pytest.mark.parametrize(("identity", "reason"), REFUSED)
def test_refused(identity: Identity, reason: InvalidResultReason) -> None:
    with pytest.raises(InvalidResultError) as refused:
        verify_chain(load_chain(identity.chain_der), ROOTS)
    assert refused.value.reason is reason


def test_any_of_several_roots() -> None:
    key = verify_chain(READER.chain, (pki.STRANGE_MAKER.leaf, MAKER.leaf))
    assert key == READER.key.public_key()


def test_validity_period_does_not_matter() -> None:
    early, late = datetime(1999, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)
    expired = issue(READER_NAME, 23, PLANT, IS_LEAF, valid_from=early, valid_to=late)
    assert verify_chain(expired.chain, ROOTS) == expired.key.public_key()


def test_weak_hash_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # The library no longer signs with SHA-1; so let SHA-256 be the weak one.
    monkeypatch.setattr("hostlink.certificates._WEAK_HASHES", (hashes.SHA256,))
    with pytest.raises(InvalidResultError) as refused:
        verify_chain(READER.chain, ROOTS)
    assert refused.value.reason is UNTRUSTED


def builder(key: Identity | None = None) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(READER_NAME)
        .issuer_name(MAKER.leaf.subject)
        .public_key((key or READER).key.public_key())
        .serial_number(1)
        .not_valid_before(pki.FROM)
        .not_valid_after(pki.NEVER)
    )


@pytest.mark.parametrize(
    "other_key",
    [
        lambda: ec.derive_private_key(5, ec.SECP384R1()).public_key(),
        lambda: ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key(),
    ],
    ids=["P-384", "Ed25519"],
)
def test_only_p256_signs(other_key: Callable[[], ec.EllipticCurvePublicKey]) -> None:
    made = builder()
    made._public_key = other_key()
    with pytest.raises(InvalidResultError) as refused:
        verify_chain((made.sign(MAKER.key, hashes.SHA256()),), ROOTS)
    assert refused.value.reason is PURPOSE


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_damaged_certificate_raises_one_error_only() -> None:
    der = READER.chain_der[0]
    for at in range(len(der)):
        damaged = der[:at] + bytes([der[at] ^ 0xFF]) + der[at + 1 :]
        with pytest.raises(InvalidResultError):
            verify_chain(load_chain((damaged, *READER.chain_der[1:])), ROOTS)


@pytest.mark.parametrize("count", [0, 5])
def test_chain_length(count: int) -> None:
    der = READER.leaf.public_bytes(Encoding.DER)
    with pytest.raises(InvalidResultError) as refused:
        load_chain([der] * count)
    assert refused.value.reason is InvalidResultReason.CHAIN_MALFORMED
