"""Whether a card's records are what their issuer signed, and for this very chip.

The checks are made in this order, and the first that fails names the failure:

| the card has …                                | first check it fails | failure               |
|-----------------------------------------------|----------------------|-----------------------|
| a CVC that no anchor signed, or a changed one | CVC under an anchor  | CARD_RECORD_UNTRUSTED |
| a record of another signer, or a broken DF28  | DF28 by CVC's key    | CARD_RECORD_UNTRUSTED |
| another birth date, sex or chip key           | digest 1 of DF28     | CARD_RECORD_ALTERED   |
| another person's photo                        | digest 3 of DF28     | CARD_PHOTO_SWAPPED    |
| the whole record of another card              | chip key signs       | CARD_CLONED           |

Digest 2 is over the pictures of name and address. They are never read, so it is not compared:
whoever changes them changes nothing that this reader uses.

Not seen by these checks: DF29 (expiry) and DF2A (security code), which nobody signs, and a
device that passes every command on to a genuine card elsewhere.

Source: facts/card.md §3.3, §6.1, §7.2.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from device.reader.apdu import SHORT_ANSWER_BYTES, CommandApdu
from device.reader.card_files import CardFiles, never
from device.reader.card_public_key import read_public_key
from device.reader.cv_certificate import CvCertificate
from device.reader.errors import CardAnswerError, CardNotGenuineError, ReadingStoppedError
from device.reader.face_record import FaceRecord
from device.reader.record_anchors import RecordAnchors
from device.reader.record_signature import digest_info, open_signature
from hostlink.terms import FailureCode

_CHALLENGE_BYTES = 32
_MOST_CHALLENGES = 2


def check_record(record: FaceRecord, certificate: CvCertificate, anchors: RecordAnchors) -> None:
    """Whether the record is as its issuer signed it.

    Raises:
        CardNotGenuineError: CARD_RECORD_UNTRUSTED, CARD_RECORD_ALTERED or CARD_PHOTO_SWAPPED.
    """
    _check_issuer(certificate, anchors)
    digests = open_signature(record.signature, certificate.public_key)
    _check_identity(record, digests.identity)
    _check_photo(record, digests.photo)


def prove_chip(
    files: CardFiles, record: FaceRecord, is_stopped: Callable[[], bool] = never
) -> None:
    """Whether the chip has the private key its record names; asked with 32 fresh random bytes.

    Every genuine chip signs this without any credential. One refusal may be a slip, so a fresh
    challenge follows; whoever refuses that too is none.

    Args:
        files: the card-surface application is open.
        record: checked already.
        is_stopped: asked before every command; True ends the proof.

    Raises:
        CardNotGenuineError: CARD_CLONED, a wrong signature or two refusals.
        ReadingStoppedError: `is_stopped` said so.
        ReaderError: the card was lost.
    """
    chip_key = read_public_key(record.chip_key)
    for _ in range(_MOST_CHALLENGES):
        if is_stopped():
            raise ReadingStoppedError
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        with suppress(CardAnswerError):
            _check_chip(chip_key, challenge, _sign(files, challenge))
            return
    raise CardNotGenuineError(FailureCode.CARD_CLONED)


def _sign(files: CardFiles, challenge: bytes) -> bytes:
    content = digest_info(sha256(challenge).digest())
    command = CommandApdu(0x80, 0x2A, 0x00, 0x00, content, ne=SHORT_ANSWER_BYTES)
    return files.send_ok(command)


def _check_issuer(certificate: CvCertificate, anchors: RecordAnchors) -> None:
    if not anchors.vouch_for(certificate):
        raise CardNotGenuineError(FailureCode.CARD_RECORD_UNTRUSTED)


def _check_identity(record: FaceRecord, digest: bytes) -> None:
    if not compare_digest(sha256(record.identity).digest(), digest):
        raise CardNotGenuineError(FailureCode.CARD_RECORD_ALTERED)


def _check_photo(record: FaceRecord, digest: bytes) -> None:
    if not compare_digest(sha256(record.photo_object).digest(), digest):
        raise CardNotGenuineError(FailureCode.CARD_PHOTO_SWAPPED)


def _check_chip(chip_key: RSAPublicKey, challenge: bytes, signature: bytes) -> None:
    try:
        chip_key.verify(signature, challenge, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise CardNotGenuineError(FailureCode.CARD_CLONED) from None
