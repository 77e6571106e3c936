"""Whole uses of a card, and what a test needs to know about them."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from device.reader.card_facts import SignedChallenge
from device.reader.card_files import never
from device.reader.pinless import PinlessAuthenticator
from device.reader.printed_code import PrintedCode
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.reader.terminals import test_hierarchy
from tests.device.reader.calendar_day import known_day
from tests.device.reader.laid_cards import InProcessSlot
from tests.device.reader.unwatched import unwatched
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile

PHOTO = bytes.fromhex("0000000C6A502020") + bytes(range(256)) * 8
CODE = PrintedCode.from_print("昭和33年3月14日", 2035, "4821")
"""Printed on the front of most cards of `catalog`."""
CHALLENGE = bytes(range(32))
NOBODY = RecordAnchors(())
"""Trusted where a test reads no photo."""


def session_with(
    card: SimulatedCard,
    anchors: RecordAnchors = NOBODY,
    terminal: PinlessAuthenticator | None = None,
) -> CardSession:
    """A session with a card that lies in this process."""
    slot = InProcessSlot(card)
    return CardSession(slot, anchors=anchors, apdu_deadline_s=2, terminal=terminal, today=known_day)


def terminal_of(issuer: Issuer, folder: Path) -> PinlessAuthenticator:
    """A terminal that this issuer's cards trust."""
    paths = {name: Path(path) for name, path in issuer.issue_terminal(folder).items()}
    return test_hierarchy.create(test_hierarchy.Settings(**paths, is_test_hierarchy=True))


def code_of(profile: CardProfile) -> PrintedCode:
    """Printed on the front of this card."""
    return PrintedCode.from_digits(profile.matching_code_b, profile.card_expiry)


def read_ahead(session: CardSession, code: PrintedCode = CODE) -> None:
    """Everything that is read while the patient chooses."""
    session.identify()
    session.read_certificate()
    assert session.read_photo(code, never, unwatched) == PHOTO
    session.get_ready_to_sign()


def use_card(session: CardSession) -> SignedChallenge:
    """Everything a visit by PIN may ask of a card, in its order."""
    read_ahead(session)
    session.verify_pin(b"1234")
    return session.sign_challenge(CHALLENGE)


def use_card_after_face(session: CardSession, code: PrintedCode = CODE) -> SignedChallenge:
    """Everything a visit by face asks of a card, in its order."""
    read_ahead(session, code)
    session.unlock_after_face()
    return session.sign_challenge(CHALLENGE)


def check_signature(proof: SignedChallenge) -> None:
    """Raises InvalidSignature unless the certificate's key signed the challenge."""
    key = x509.load_der_x509_certificate(proof.certificate).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(proof.signature, CHALLENGE, PKCS1v15(), SHA256())
