"""OpenSC, which knows nothing of us, judges every persona, and our own reader must agree with it.

Cards lie on two readers in turn, so that nobody waits until pcscd has noticed an empty one.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from device.reader.errors import (
    CardNotAcceptedError,
    CertificateMissingError,
    PinBlockedError,
    PinRejectedError,
)
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.slots.pcsc import Settings, create
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.my_number_watch import addresses_my_number
from tests.hw_sim.card.persona import names, read_persona
from tests.hw_sim.card.profile import CardKind, CardProfile, PinName, Tampering
from tests.hw_sim.card.vicc import VPCD_PORT, VirtualSlot
from tests.hw_sim.namespace import is_isolated
from tests.hw_sim.opensc import (
    openssl_says,
    pkcs15,
    read_certificate,
    run,
    sign,
    tries_left,
)
from tests.hw_sim.pcscd import NOT_ISOLATED, READER_NAME, Pcscd
from tests.hw_sim.plain_client import wait_for_card

PROFILES = {name: read_persona(name).profile for name in names()}
UNJUDGED = {CardKind.EVIL, CardKind.SILENT}
"""OpenSC follows an evil card's 61xx for ever; a silent chip has nothing to be judged."""
HAS_JPKI = [
    name
    for name, profile in PROFILES.items()
    if profile.has_my_number_chip and profile.has_jpki and profile.kind not in UNJUDGED
]
WITHOUT_JPKI = [
    name
    for name, profile in PROFILES.items()
    if name not in HAS_JPKI and profile.kind not in UNJUDGED
]
AUTHENTICATION, SIGNATURE = PinName.JPKI_AUTHENTICATION, PinName.JPKI_SIGNATURE
READERS = (READER_NAME, READER_NAME[:-1] + "1")
CHALLENGE = b"challenge of the reception"
PRESENT = 0x8F


@dataclass(frozen=True, slots=True)
class Seat:
    """One of the two readers, and the OpenSC that sees no other."""

    reader: str
    slot: VirtualSlot
    opensc_configuration: Path

    @contextmanager
    def laid(self, issuer: Issuer, name: str) -> Iterator[SimulatedCard]:
        """A persona's card until the end of the block."""
        card = read_persona(name).issue(issuer)
        wait_for_card(is_present=False, reader=self.reader)
        self.slot.lay(card)
        wait_for_card(reader=self.reader)
        try:
            yield card
        finally:
            self.slot.remove()


@pytest.fixture(scope="module")
def seats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Seat]]:
    """One pcscd for all personas."""
    if not is_isolated():
        pytest.fail(NOT_ISOLATED, pytrace=False)
    folder = tmp_path_factory.mktemp("opensc")
    with Pcscd(), VirtualSlot(VPCD_PORT) as first, VirtualSlot(VPCD_PORT + 1) as second:
        seats = []
        for slot, reader, other in zip((first, second), READERS, READERS[::-1], strict=True):
            path = folder / reader
            path.write_text(f'app default {{ ignored_readers = "{other}"; }}\n')
            seats.append(Seat(reader, slot, path))
        yield cycle(seats)


@pytest.fixture
def seat(seats: Iterator[Seat], monkeypatch: pytest.MonkeyPatch) -> Seat:
    seat = next(seats)
    monkeypatch.setenv("OPENSC_CONF", str(seat.opensc_configuration))
    return seat


def has_authentication(profile: CardProfile) -> bool:
    """Key and certificate are there and not kept closed by the phone's holder."""
    is_open = profile.kind is not CardKind.IPHONE or profile.is_holder_authenticated
    return profile.certificates_present[1] == PRESENT and is_open


def has_usable_pin(profile: CardProfile, name: PinName) -> bool:
    return profile.start_tries(name) != 0


@contextmanager
def our_session(reader: str) -> Iterator[CardSession]:
    slot = create(Settings(reader=reader))
    with closing(slot), closing(CardSession(slot, anchors=RecordAnchors(()))) as session:
        yield session


def our_tries_left(reader: str) -> int | None:
    """None too for a card that is sent away because it cannot sign."""
    with our_session(reader) as session, suppress(CertificateMissingError):
        return session.identify().pin_tries_left
    return None


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


def judge_authentication(profile: CardProfile, folder: Path, reader: str) -> None:
    """OpenSC and our reader read the same certificate and make signatures that fit it alike."""
    digits = profile.pins.authentication
    pin: tuple[str, ...] = ()
    if not profile.is_authentication_certificate_free:
        refused = pkcs15("--read-certificate", "01", is_success=False)
        assert "Certificate read failed" in refused
        pin = ("--auth-id", "01", "--verify-pin", "--pin", digits)
    certificate = read_certificate(folder, "01", *pin)
    sign(folder, 0, digits, CHALLENGE)
    is_own = Tampering.CERTIFICATE_CLONED not in profile.tampered
    assert openssl_says(folder, certificate) == verdict(is_own and not profile.is_answer_fetched)
    if profile.kind is not CardKind.JUKI:
        is_phone_asking = profile.kind is CardKind.IPHONE
        ours, signature = our_certificate_and_signature(reader, "" if is_phone_asking else digits)
        pem = x509.load_pem_x509_certificate(certificate.read_bytes())
        assert ours == pem.public_bytes(Encoding.DER)
        assert fits(ours, signature) is is_own


def judge_signature(profile: CardProfile, folder: Path) -> None:
    """The signature certificate opens with its password only, and its key fits it."""
    refused = pkcs15("--read-certificate", "02", is_success=False)
    assert "Certificate read failed" in refused
    password = ("--auth-id", "02", "--verify-pin", "--pin", profile.pins.signature)
    certificate = read_certificate(folder, "02", *password)
    sign(folder, 1, profile.pins.signature, CHALLENGE)
    assert openssl_says(folder, certificate) == verdict(not profile.is_answer_fetched)


def verdict(is_fitting: bool) -> str:
    """What openssl says. OpenSC 0.23 does not fetch a signature announced by 61xx: it hands out
    zeros, which cannot fit.
    """
    return "Verified OK" if is_fitting else "Verification failure"


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


def judge_blocked_with_us(profile: CardProfile, reader: str) -> None:
    if profile.kind in (CardKind.IPHONE, CardKind.JUKI):
        return
    assert our_tries_left(reader) in (0, None)
    with our_session(reader) as session, pytest.raises(PinBlockedError):
        session.verify_pin(profile.pins.authentication.encode())


@pytest.mark.parametrize("name", HAS_JPKI)
def test_opensc_and_our_reader_agree(seat: Seat, issuer: Issuer, tmp_path: Path, name: str) -> None:
    with seat.laid(issuer, name) as card:
        profile = card.profile
        assert run("opensc-tool", "--reader", "0", "--name").strip() == "jpki"
        assert tries_left() == tuple(map(card.tries_left, (AUTHENTICATION, SIGNATURE)))
        if profile.kind in (CardKind.MY_NUMBER, CardKind.ANDROID):
            is_ours = has_authentication(profile)
            expected = card.tries_left(AUTHENTICATION) if is_ours else None
            assert our_tries_left(seat.reader) == expected
        if has_authentication(profile) and has_usable_pin(profile, AUTHENTICATION):
            judge_authentication(profile, tmp_path, seat.reader)
        if profile.certificates_present[0] == PRESENT and has_usable_pin(profile, SIGNATURE):
            judge_signature(profile, tmp_path)
        judge_counting_down(card, tmp_path)
        judge_blocked_with_us(profile, seat.reader)

        assert addresses_my_number(card.trace) == []
        assert not card.has_disclosed_my_number


@pytest.mark.parametrize("name", WITHOUT_JPKI)
def test_opensc_calls_no_other_card_jpki(seat: Seat, issuer: Issuer, name: str) -> None:
    with seat.laid(issuer, name):
        assert run("opensc-tool", "--reader", "0", "--name").strip() == "Unsupported card"
        assert "Card is invalid" in pkcs15("--dump", is_success=False)


def test_opensc_lists_what_a_card_has(seat: Seat, issuer: Issuer) -> None:
    with seat.laid(issuer, "my_number") as card:
        named = run("opensc-tool", "--reader", "0", "--atr").splitlines()
        listed = pkcs15("--dump")
        slots = run("pkcs11-tool", "--list-slots")

        assert bytes.fromhex(named[0].replace(":", "")) == card.atr
    assert listed.count("PIN [") == 2
    assert listed.count("Private RSA Key [") == 2
    assert listed.count("Public RSA Key [") == 2
    assert listed.count("X.509 Certificate [") == 4
    assert "JPKI (User Authentication PIN)" in slots
    assert "JPKI (Digital Signature PIN)" in slots


def test_openssl_refuses_a_signature_over_something_else(
    seat: Seat, issuer: Issuer, tmp_path: Path
) -> None:
    with seat.laid(issuer, "my_number"):
        certificate = read_certificate(tmp_path, "01")
        sign(tmp_path, 0, "1234", CHALLENGE)
    (tmp_path / "message").write_bytes(b"another challenge")

    assert openssl_says(tmp_path, certificate) == "Verification failure"


@pytest.mark.parametrize("name", ["iphone_locked", "juki"])
def test_what_opensc_says_where_the_key_is_closed_or_missing(
    seat: Seat, issuer: Issuer, tmp_path: Path, name: str
) -> None:
    with seat.laid(issuer, name):
        unread = pkcs15("--read-certificate", "01", is_success=False)
        unsigned = sign(tmp_path, 0, "1234", CHALLENGE, is_success=False)

    assert "Certificate read failed" in unread
    assert "C_SignFinal failed" in unsigned


def test_a_wrong_pin_costs_both_of_them_one_try(seat: Seat, issuer: Issuer, tmp_path: Path) -> None:
    with seat.laid(issuer, "my_number") as card:
        sign(tmp_path, 0, "9999", CHALLENGE, is_success=False)
        assert our_tries_left(seat.reader) == 2
        with our_session(seat.reader) as session, pytest.raises(PinRejectedError):
            session.verify_pin(b"9999")
        assert tries_left() == (1, 5)
        assert len(card.trace.presented_pins()) == 2


def test_our_reader_refuses_the_old_card_that_opensc_takes_for_jpki(
    seat: Seat, issuer: Issuer
) -> None:
    with seat.laid(issuer, "juki"):
        assert run("opensc-tool", "--reader", "0", "--name").strip() == "jpki"
        with pytest.raises(CardNotAcceptedError), our_session(seat.reader) as session:
            session.identify()
