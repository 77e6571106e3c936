"""公的個人認証AP (JPKI): the holder's authentication certificate, PIN and key.

Source: facts/card.md §3.2, §4 and §6.1.
"""

from hashlib import sha256

from device.reader.apdu import SHORT_ANSWER_BYTES, CommandApdu
from device.reader.card_facts import CardToken
from device.reader.card_files import CardFiles, SecretReference
from device.reader.errors import (
    CardAnswerError,
    CardLostError,
    CardTimeoutError,
    MalformedAnswerError,
    PinBlockedError,
    PinMalformedError,
    PinOutcomeUnknownError,
    PinRejectedError,
    SlotLostError,
)
from device.reader.status_word import StatusWord
from device.reader.tlv import read_header

_AID = bytes.fromhex("D392F000260100000001")
_TOKEN_INFORMATION = 0x0006
_LABEL_BYTES = 32
_AVAILABLE_CERTIFICATES = 0x0008
_PRESENT = 0x8F
_AUTHENTICATION_CERTIFICATE = 0x000A
_AUTHENTICATION_KEY = 0x0017
_AUTHENTICATION_PIN = SecretReference(0x0018, full_tries=3)
_PIN_DIGITS = 4
_SHA256_DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
"""DER of DigestInfo up to the 32-byte hash (RFC 8017 §9.2)."""


class Jpki:
    """The JPKI application of one laid card."""

    def __init__(self, files: CardFiles) -> None:
        self._files = files

    def read_token(self) -> CardToken:
        """What the card says about its kind.

        Raises:
            ApplicationMissingError: the card has no JPKI application.
            ReaderError: the card cannot be read.
        """
        self._files.open_application(_AID)
        self._files.open_file(_TOKEN_INFORMATION)
        label = self._files.read(0, _LABEL_BYTES)
        has_signing_certificate = self._has_signing_certificate()
        # Only a 顔認証マイナンバーカード has neither, so the other cards are spared the question.
        has_usable_pin = has_signing_certificate or self._has_usable_pin()
        return CardToken(label, has_signing_certificate, has_usable_pin)

    def read_certificate(self) -> bytes:
        """利用者証明用電子証明書, X.509 DER.

        Raises:
            CardAnswerError: absent, or (Android) not readable before the PIN.
            MalformedAnswerError: the file holds no DER object.
            ReaderError: the card cannot be read.
        """
        self._files.open_application(_AID)
        self._files.open_file(_AUTHENTICATION_CERTIFICATE)
        first_block = self._files.read(0, SHORT_ANSWER_BYTES)
        end = read_header(first_block).end_offset
        if end <= len(first_block):
            raise MalformedAnswerError("too short for a certificate")
        return first_block + self._files.read(len(first_block), end - len(first_block))

    def pin_tries_left(self) -> int:
        """Tries of the authentication PIN, 0 to 3.

        Raises:
            ReaderError: the card does not say.
        """
        self._files.open_application(_AID)
        return self._files.tries_left(_AUTHENTICATION_PIN)

    def verify_pin(self, digits: bytes | bytearray) -> None:
        """Presents the authentication PIN once.

        Args:
            digits: four ASCII digits; the caller wipes them.

        Raises:
            PinMalformedError: not four ASCII digits; nothing was sent.
            PinRejectedError: wrong, and so many tries are left.
            PinBlockedError: no tries are left.
            PinOutcomeUnknownError: lost on the way; the try may be spent.
            ReaderError: the card was lost before the PIN was sent.
        """
        if len(digits) != _PIN_DIGITS or not digits.isdigit():
            raise PinMalformedError
        self._files.open_application(_AID)
        self._files.open_file(_AUTHENTICATION_PIN.file_id)
        try:
            answer = self._files.verify(digits)
        except (CardLostError, SlotLostError, CardTimeoutError, MalformedAnswerError) as error:
            raise PinOutcomeUnknownError from error
        _judge_pin(answer)

    def sign(self, message: bytes) -> bytes:
        """Signs with the authentication key; the PIN or a terminal must have opened it.

        Returns:
            RSASSA-PKCS1-v1_5 with SHA-256 over `message`.

        Raises:
            CardAnswerError: the key is not open (6982) or not there.
            ReaderError: the card was lost.
        """
        self._files.open_application(_AID)
        self._files.open_file(_AUTHENTICATION_KEY)
        digest_info = _SHA256_DIGEST_INFO + sha256(message).digest()
        return self._files.send_ok(
            CommandApdu(0x80, 0x2A, 0x00, 0x80, digest_info, ne=SHORT_ANSWER_BYTES)
        )

    def select(self) -> None:
        """Makes this the open application.

        Raises:
            ReaderError: it is not there, or the card was lost.
        """
        self._files.open_application(_AID)

    def _has_signing_certificate(self) -> bool:
        try:
            self._files.open_file(_AVAILABLE_CERTIFICATES)
            return self._files.read(0, 1)[0] == _PRESENT
        except CardAnswerError:
            return False

    def _has_usable_pin(self) -> bool:
        try:
            return self._files.tries_left(_AUTHENTICATION_PIN) > 0
        except CardAnswerError:
            return False


def _judge_pin(answer: StatusWord) -> None:
    if answer.is_ok:
        return
    if answer.is_blocked:
        raise PinBlockedError
    if answer.tries_left is not None:
        raise PinRejectedError(answer.tries_left)
    if answer.is_rejected_uncounted:
        raise PinRejectedError(_AUTHENTICATION_PIN.full_tries)
    # A word that no card is known to give here leaves open whether the try was counted.
    raise PinOutcomeUnknownError
