"""RSA signatures of the chip and of those who sign its records.

Source: RFC 8017 §8.2; facts/card.md §6.1 (P1 of 80 2A), §3.3 (DF28).
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.status_words import CONDITIONS_NOT_SATISFIED, WRONG_LENGTH, WRONG_P1_P2
from tests.hw_sim.card.tlv import tlv

_SHA256_ALGORITHM = bytes.fromhex("300D06096086480165030402010500")
_LONGEST_PADDED_BYTES = 245


def digest_info(digest: bytes) -> bytes:
    """DER DigestInfo naming SHA-256 around a digest, or around several laid end to end."""
    return tlv(0x30, _SHA256_ALGORITHM + tlv(0x04, digest))


def pad_and_sign(key: RSAPrivateKey, content: bytes) -> bytes:
    """PKCS#1 v1.5 type 1 padding around the content as given, then the RSA private operation."""
    return key.sign(content, PKCS1v15(), NoDigestInfo())


def sign_digests(key: RSAPrivateKey, *parts: bytes) -> bytes:
    """Sign DigestInfo(SHA256(part 1) ‖ SHA256(part 2) ‖ …), as the card's records are signed."""
    return pad_and_sign(key, digest_info(b"".join(hashlib.sha256(p).digest() for p in parts)))


def sign(key: RSAPrivateKey, p1: int, content: bytes) -> bytes:
    """Command `80 2A`: 00 pad as given, 01 hash bare, 02 hash given, 03 hash here.

    Raises:
        RefusedError: 6700, 6985 or 6A86.
    """
    if not content:
        raise RefusedError(WRONG_LENGTH)
    match p1:
        case 0x00 if len(content) <= _LONGEST_PADDED_BYTES:
            block = content
        case 0x01:
            block = hashlib.sha256(content).digest()
        case 0x02 if len(content) == 32:
            block = digest_info(content)
        case 0x03:
            block = digest_info(hashlib.sha256(content).digest())
        case 0x00 | 0x02:
            raise RefusedError(CONDITIONS_NOT_SATISFIED)
        case _:
            raise RefusedError(WRONG_P1_P2)
    return pad_and_sign(key, block)
