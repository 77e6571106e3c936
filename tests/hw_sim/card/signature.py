"""RSA signatures of the chip and of those who sign its records.

Source: RFC 8017 §8.2; facts/card.md §6.1 (P1 of 80 2A), §3.3 (DF28).
"""

import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed

from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.status_words import CONDITIONS_NOT_SATISFIED, WRONG_LENGTH, WRONG_P1_P2
from tests.hw_sim.card.tlv import tlv

_SHA256_ALGORITHM = bytes.fromhex("300D06096086480165030402010500")
_LONGEST_PADDED_BYTES = 245
_BARE_HASH = 0x01
_HASH_GIVEN = (0x02, 0x04)
_PSS = (0x04, 0x05)
_LAST_SCHEME = 0x05


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
    """Command `80 2A`: 00 pad as given, 01 hash bare, 02 hash given, 03 hash here; 04 and 05 PSS.

    Raises:
        RefusedError: 6700, 6985 or 6A86.
    """
    if p1 > _LAST_SCHEME:
        raise RefusedError(WRONG_P1_P2)
    if not content:
        raise RefusedError(WRONG_LENGTH)
    is_too_long = p1 == 0x00 and len(content) > _LONGEST_PADDED_BYTES
    is_no_hash = p1 in _HASH_GIVEN and len(content) != hashes.SHA256.digest_size
    if is_too_long or is_no_hash:
        raise RefusedError(CONDITIONS_NOT_SATISFIED)
    if p1 == 0x00:
        return pad_and_sign(key, content)
    digest = content if p1 in _HASH_GIVEN else hashlib.sha256(content).digest()
    if p1 in _PSS:
        return _sign_pss(key, digest)
    return pad_and_sign(key, digest if p1 == _BARE_HASH else digest_info(digest))


def _sign_pss(key: RSAPrivateKey, digest: bytes) -> bytes:
    """RSASSA-PSS with SHA-256 and a salt as long as the digest (the card's own is not public)."""
    sha256 = hashes.SHA256()
    return key.sign(digest, PSS(MGF1(sha256), sha256.digest_size), Prehashed(sha256))
