"""The signature of a card's face record (DF28): three SHA-256 digests in one DigestInfo.

It is opened rather than verified: the second digest is over pictures that are never read.

Source: RFC 8017 §8.2.2 and §9.2; facts/card.md §3.3.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from device.reader.errors import CardNotGenuineError
from hostlink.terms import FailureCode

_SHA256_ALGORITHM = bytes.fromhex("300D06096086480165030402010500")
_DIGEST_BYTES = 32
_SIGNED_BYTES = 3 * _DIGEST_BYTES


@dataclass(frozen=True, slots=True)
class RecordDigests:
    """What the issuer signed of one record."""

    identity: bytes
    """Over birth date, sex and chip key, 32 bytes."""
    photo: bytes
    """Over the photo, 32 bytes."""


def open_signature(signature: bytes, issuer_key: RSAPublicKey) -> RecordDigests:
    """The digests in a signature of this key.

    The library gives what follows `00 01 FF…FF 00`, to the very end of the block. That must be
    one DigestInfo of exactly its own length, so the padding can be neither short nor followed by
    bytes of a forger's choice (Bleichenbacher 2006).

    Raises:
        CardNotGenuineError: CARD_RECORD_UNTRUSTED, somebody else's signature or none at all.
    """
    try:
        content = issuer_key.recover_data_from_signature(signature, PKCS1v15(), None)
    except InvalidSignature:
        raise CardNotGenuineError(FailureCode.CARD_RECORD_UNTRUSTED) from None
    digests = content[-_SIGNED_BYTES:]
    if content != digest_info(digests):
        raise CardNotGenuineError(FailureCode.CARD_RECORD_UNTRUSTED)
    return RecordDigests(digests[:_DIGEST_BYTES], digests[-_DIGEST_BYTES:])


def digest_info(digests: bytes) -> bytes:
    """DER of DigestInfo with SHA-256; a card's issuer puts several digests end to end into one.

    Args:
        digests: at most 96 bytes.
    """
    octets = bytes((0x04, len(digests))) + digests
    return bytes((0x30, len(_SHA256_ALGORITHM) + len(octets))) + _SHA256_ALGORITHM + octets
