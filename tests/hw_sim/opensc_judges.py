"""What OpenSC and our own reader must agree on about one card, whoever it belongs to."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from device.reader.errors import CertificateMissingError, PinBlockedError
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.slots.pcsc import Settings, create
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.profile import CardKind, CardProfile, PinName, Tampering
from tests.hw_sim.opensc import openssl_says, pkcs15, read_certificate, sign, tries_left

AUTHENTICATION, SIGNATURE = PinName.JPKI_AUTHENTICATION, PinName.JPKI_SIGNATURE
CHALLENGE = b"challenge of the reception"
PRESENT = 0x8F


def has_authentication(profile: CardProfile) -> bool:
    """Key and certificate are there and not kept closed by the phone's holder."""
    is_open = profile.kind is not CardKind.IPHONE or profile.is_holder_authenticated
    return profile.certificates_present[1] == PRESENT and is_open


def has_usable_pin(profile: CardProfile, name: PinName) -> bool:
    return profile.start_tries(name) != 0


@contextmanager
def our_session(reader: str) -> Iterator[CardSession]:
    slot = create(Settings(reader=reader))
    with (
        closing(slot),
        closing(CardSession(slot, anchors=RecordAnchors(()), today=date.today)) as session,
    ):
        yield session


def our_tries_left(reader: str) -> int | None:
    """None too for a card that is sent away because it cannot sign."""
    with our_session(reader) as session, suppress(CertificateMissingError):
        return session.identify().pin_tries_left
    return None


def our_certificate(reader: str) -> bytes:
    """Read before any PIN."""
    with our_session(reader) as session:
        session.identify()
        return session.read_certificate()


def our_certificate_and_signature(reader: str, pin: str) -> tuple[bytes, bytes]:
    with our_session(reader) as session:
        session.identify()
        if pin:
            session.verify_pin(pin.encode())
        signed = session.sign_challenge(CHALLENGE)
        return signed.certificate, signed.signature


def fits(certificate: bytes, signature: bytes) -> bool:
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, RSAPublicKey)
    try:
        key.verify(signature, CHALLENGE, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def der(certificate: Path) -> bytes:
    """A PEM file's certificate."""
    pem = x509.load_pem_x509_certificate(certificate.read_bytes())
    return pem.public_bytes(Encoding.DER)


def judge_free_certificate(profile: CardProfile, folder: Path, reader: str) -> None:
    """OpenSC and our reader read the same certificate, whatever became of the PIN."""
    certificate = read_certificate(folder, "01")
    if profile.kind is not CardKind.JUKI:
        assert our_certificate(reader) == der(certificate)


def judge_closed_certificate() -> None:
    """Without PIN nobody reads it."""
    assert "Certificate read failed" in pkcs15("--read-certificate", "01", is_success=False)


def judge_authentication(profile: CardProfile, folder: Path, reader: str) -> None:
    """OpenSC and our reader read the same certificate and make signatures that fit it alike."""
    digits = profile.pins.authentication
    is_free = profile.is_authentication_certificate_free
    pin = () if is_free else ("--auth-id", "01", "--verify-pin", "--pin", digits)
    certificate = read_certificate(folder, "01", *pin)
    sign(folder, 0, digits, CHALLENGE)
    is_own = Tampering.CERTIFICATE_CLONED not in profile.tampered
    judge_signed(profile, folder, certificate, is_own=is_own)
    if profile.kind is not CardKind.JUKI:
        is_phone_asking = profile.kind is CardKind.IPHONE
        ours, signature = our_certificate_and_signature(reader, "" if is_phone_asking else digits)
        assert ours == der(certificate)
        assert fits(ours, signature) is is_own


def judge_signature(profile: CardProfile, folder: Path) -> None:
    """The signature certificate opens with its password only, and its key fits it."""
    refused = pkcs15("--read-certificate", "02", is_success=False)
    assert "Certificate read failed" in refused
    password = ("--auth-id", "02", "--verify-pin", "--pin", profile.pins.signature)
    certificate = read_certificate(folder, "02", *password)
    sign(folder, 1, profile.pins.signature, CHALLENGE)
    judge_signed(profile, folder, certificate, is_own=True)


def judge_signed(profile: CardProfile, folder: Path, certificate: Path, *, is_own: bool) -> None:
    """The signature fits the chip's own certificate, and no other.

    OpenSC 0.23 does not fetch a signature announced by 61xx: it hands out zeros, which fit nothing.
    That is its own affair, and another version may do better, so only its zeros are forgiven.
    """
    if profile.is_answer_fetched and not any((folder / "signature").read_bytes()):
        return
    expected = "Verified OK" if is_own else "Verification failure"
    assert openssl_says(folder, certificate) == expected


def judge_counting_down(card: SimulatedCard, folder: Path) -> None:
    """Each wrong PIN costs one try, the last one blocks, and the right PIN comes too late."""
    profile, tries = card.profile, card.tries_left(AUTHENTICATION)
    assert tries is not None
    for left in reversed(range(tries)):
        refused = sign(folder, 0, "9999", CHALLENGE, is_success=False)
        assert "CKR_PIN_LOCKED" in refused or "CKR_PIN_INCORRECT" in refused
        assert card.tries_left(AUTHENTICATION) == tries_left()[0] == left
    refused = sign(folder, 0, profile.pins.authentication, CHALLENGE, is_success=False)
    assert "C_Login failed" in refused
    assert (card.tries_left(AUTHENTICATION), tries_left()[0]) == (0, 0)


def judge_counting_down_the_password(card: SimulatedCard, folder: Path, reader: str) -> None:
    """The signature password blocks by itself; the PIN, all our reader uses, keeps its tries."""
    tries, untouched = card.tries_left(SIGNATURE), card.tries_left(AUTHENTICATION)
    assert tries is not None
    for left in reversed(range(tries)):
        refused = sign(folder, 1, "WRONG1", CHALLENGE, is_success=False)
        assert "CKR_PIN_LOCKED" in refused or "CKR_PIN_INCORRECT" in refused
        assert card.tries_left(SIGNATURE) == left
        assert tries_left() == (untouched, left)
    password = card.profile.pins.signature
    assert "C_Login failed" in sign(folder, 1, password, CHALLENGE, is_success=False)
    assert tries_left() == (untouched, 0)
    assert our_tries_left(reader) == card.tries_left(AUTHENTICATION) == untouched


def judge_blocked_with_us(profile: CardProfile, reader: str) -> None:
    if profile.kind in (CardKind.IPHONE, CardKind.JUKI):
        return
    assert our_tries_left(reader) in (0, None)
    with our_session(reader) as session, pytest.raises(PinBlockedError):
        session.verify_pin(profile.pins.authentication.encode())
