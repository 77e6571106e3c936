"""Who signs a card's records: record CA, issuer with a card-verifiable certificate, chip.

Source: facts/card.md §3.7, §7.2.
"""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from tests.hw_sim.card.signature import sign_digests
from tests.hw_sim.card.tlv import tlv

KEY_ID_SUFFIX = b"\x08\x05001\x00\x00\x00\x00"
CA_KEY_ID = b"TEST000" + KEY_ID_SUFFIX


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """The three keys behind one application's records."""

    ca: RSAPrivateKey = field(repr=False)
    """Signs the issuer's certificate; its public half is the trust anchor."""
    issuer: RSAPrivateKey = field(repr=False)
    """Signs the records."""
    chip: RSAPrivateKey = field(repr=False)
    """Lives in the chip and proves that it is genuine."""
    issuer_key_id: bytes
    """16 bytes, names the issuer's key."""

    def cv_certificate(self, *, is_tampered: bool = False, is_long: bool = False) -> bytes:
        """The issuer's card-verifiable certificate, 568 bytes.

        Args:
            is_tampered: The CA has signed another one.
            is_long: The outer length is not in its shortest form; one byte more.
        """
        body = CA_KEY_ID + self.issuer_key_id + public_key_objects(self.issuer.public_key())
        signed = body[:-1] + b"\x00" if is_tampered else body
        return _certificate(self.ca, body, signed, is_long=is_long)

    def ca_certificate(self) -> bytes:
        """The record CA's certificate by itself, 568 bytes."""
        body = CA_KEY_ID + CA_KEY_ID + public_key_objects(self.ca.public_key())
        return _certificate(self.ca, body, body)


def _certificate(
    signer: RSAPrivateKey, body: bytes, signed: bytes, *, is_long: bool = False
) -> bytes:
    content = tlv(0x5F4E, body) + tlv(0x5F37, sign_digests(signer, signed))
    return tlv(0x7F21, content, is_long=is_long)


def public_key_objects(key: RSAPublicKey) -> bytes:
    """An RSA public key as the two objects 90 (exponent) and 91 (modulus), 265 bytes."""
    numbers = key.public_numbers()
    return tlv(0x90, numbers.e.to_bytes(3, "big")) + tlv(0x91, numbers.n.to_bytes(256, "big"))
