"""Card-verifiable certificates (CVC): whose key signed a card's records.

Source: facts/card.md §3.7.
"""

from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from device.reader.card_public_key import read_public_key
from device.reader.errors import MalformedAnswerError
from device.reader.tlv_sequence import read_sequence

_CERTIFICATE_TAG = 0x7F21
_BODY_TAG = 0x5F4E
_SIGNATURE_TAG = 0x5F37
_BODY_BYTES = 297
_KEY_IDS_BYTES = 2 * 16
"""Names of the issuer's key and of this one. Only names: the signature decides."""
_SIGNATURE_BYTES = 256


@dataclass(frozen=True, slots=True)
class CvCertificate:
    """One certificate as it is written. Nothing in it is believed before its signature is."""

    public_key: RSAPublicKey = field(repr=False)
    """The key it is about."""
    body: bytes = field(repr=False)
    """What is signed, 297 bytes."""
    signature: bytes = field(repr=False)
    """RSASSA-PKCS1-v1_5 with SHA-256 over the body, 256 bytes."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Takes a certificate apart.

        Args:
            data: the whole object 7F21 and nothing behind it.

        Raises:
            MalformedAnswerError: it is built in another way.
        """
        (content,) = read_sequence(data, _CERTIFICATE_TAG)
        body, signature = read_sequence(content, _BODY_TAG, _SIGNATURE_TAG)
        if (len(body), len(signature)) != (_BODY_BYTES, _SIGNATURE_BYTES):
            raise MalformedAnswerError("CVC of another size")
        return cls(read_public_key(body[_KEY_IDS_BYTES:]), body, signature)
