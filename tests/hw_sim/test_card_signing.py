import hashlib

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from tests.hw_sim.card import aids
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.talk import read_file, select, select_file, send, verify

MESSAGE = b"challenge of the reception"
DIGEST = hashlib.sha256(MESSAGE).digest()
DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420") + DIGEST


@pytest.fixture
def card(issuer: Issuer) -> SimulatedCard:
    card = issuer.issue(MY_NUMBER)
    card.power_on()
    send(card, select(aids.JPKI))
    return card


def sign(p1: int, p2: int, content: bytes) -> bytes:
    return bytes((0x80, 0x2A, p1, p2, len(content))) + content + b"\x00"


def certified_key(card: SimulatedCard, file_id: int) -> RSAPublicKey:
    key = x509.load_der_x509_certificate(read_file(card, file_id)).public_key()
    assert isinstance(key, RSAPublicKey)
    return key


@pytest.mark.parametrize(("p1", "content"), [(0, DIGEST_INFO), (2, DIGEST), (3, MESSAGE)])
def test_signs_like_the_certificate_says(card: SimulatedCard, p1: int, content: bytes) -> None:
    send(card, verify("1234", p2=0x98))
    send(card, select_file(0x0017))
    signature, status_word = send(card, sign(p1, 0x80, content))

    assert status_word == 0x9000
    key = certified_key(card, 0x000A)
    key.verify(signature, DIGEST, PKCS1v15(), Prehashed(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(signature, bytes(32), PKCS1v15(), Prehashed(hashes.SHA256()))


def test_p1_01_signs_the_bare_hash(card: SimulatedCard) -> None:
    send(card, verify("1234", p2=0x98))
    signature, _ = send(card, sign(1, 0x97, MESSAGE))

    key = certified_key(card, 0x000A)
    assert key.recover_data_from_signature(signature, PKCS1v15(), None) == DIGEST


@pytest.mark.parametrize(("p1", "content"), [(4, DIGEST), (5, MESSAGE)])
def test_p1_04_and_05_sign_with_pss(card: SimulatedCard, p1: int, content: bytes) -> None:
    send(card, verify("1234", p2=0x98))
    signature, _ = send(card, sign(p1, 0x97, content))

    key, sha256 = certified_key(card, 0x000A), hashes.SHA256()
    key.verify(signature, MESSAGE, PSS(MGF1(sha256), 32), sha256)
    with pytest.raises(InvalidSignature):
        key.verify(signature, MESSAGE, PKCS1v15(), sha256)


@pytest.mark.parametrize("challenge", [b"c", bytes(range(255))])
def test_the_common_key_signs_any_challenge_freely(card: SimulatedCard, challenge: bytes) -> None:
    send(card, select(aids.COMMON_DATA))
    command = bytes((0x00, 0x88, 0x00, 0x99, len(challenge))) + challenge + b"\x00"
    first, status_word = send(card, command)

    assert (len(first), status_word) == (256, 0x9000)
    assert send(card, command)[0] == first
    assert send(card, command[:-2] + b"\xaa\x00")[0] != first
    assert send(card, bytes.fromhex("0088009900"))[1] == 0x6700


def test_the_signature_key_has_its_own_pin(card: SimulatedCard) -> None:
    send(card, verify("1234", p2=0x98))
    assert send(card, sign(0, 0x9A, DIGEST_INFO))[1] == 0x6982

    send(card, verify("ABC123", p2=0x9B))
    signature, _ = send(card, sign(0, 0x9A, DIGEST_INFO))
    certified_key(card, 0x0001).verify(signature, MESSAGE, PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("command", "status_word"),
    [
        (sign(0, 0x97, b"x" * 246), 0x6985),
        (sign(2, 0x97, b"x" * 31), 0x6985),
        (sign(4, 0x97, b"x" * 31), 0x6985),
        (sign(6, 0x97, DIGEST), 0x6A86),
        (sign(0, 0x00, DIGEST_INFO), 0x6A86),
        (sign(0, 0x98, DIGEST_INFO), 0x6981),
        (sign(0, 0x97, DIGEST_INFO)[:-1], 0x6700),
        (sign(0, 0x97, DIGEST_INFO)[:-1] + b"\x80", 0x6C00),
    ],
)
def test_refused_requests(card: SimulatedCard, command: bytes, status_word: int) -> None:
    send(card, verify("1234", p2=0x98))

    assert send(card, command)[1] == status_word


@pytest.mark.parametrize("is_signature", [False, True])
def test_certificates_chain_to_the_test_authority(
    issuer: Issuer, card: SimulatedCard, is_signature: bool
) -> None:
    send(card, verify("ABC123", p2=0x9B))
    content = read_file(card, 0x0001 if is_signature else 0x000A)
    authority = issuer.signature_ca if is_signature else issuer.authentication_ca
    certificate = x509.load_der_x509_certificate(content)

    certificate.verify_directly_issued_by(authority)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert content[:2] == b"\x30\x82"
    assert usage.digital_signature
    assert usage.content_commitment is is_signature
    assert "O=UKETSUKE-TEST" in certificate.issuer.rfc4514_string()
    assert (MY_NUMBER.holder.name.encode() in content) is is_signature
