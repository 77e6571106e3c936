"""One whole use of a card by PIN, and what a test needs to know about it."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from device.reader.card_facts import SignedChallenge
from device.reader.printed_code import PrintedCode
from device.reader.session import CardSession

PHOTO = bytes.fromhex("0000000C6A502020") + bytes(range(256)) * 8
CODE = PrintedCode.from_print("昭和33年3月14日", 2035, "4821")
"""Printed on the front of the cards of `catalog.TARO`."""
CHALLENGE = bytes(range(32))


def use_card(session: CardSession) -> SignedChallenge:
    """Everything a visit may ask of a card, in its order."""
    session.identify()
    assert session.read_photo(CODE) == PHOTO
    session.verify_pin(b"1234")
    return session.sign_challenge(CHALLENGE)


def check_signature(proof: SignedChallenge) -> None:
    """Raises InvalidSignature unless the certificate's key signed the challenge."""
    key = x509.load_der_x509_certificate(proof.certificate).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(proof.signature, CHALLENGE, PKCS1v15(), SHA256())
