"""公的個人認証AP (JPKI): the holder's authentication certificate, PIN and key.

Source: facts/card.md §3.2, §4 and §6.1.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from device.reader.apdu import SHORT_ANSWER_BYTES
from device.reader.card_files import CardFiles, SecretReference
from device.reader.card_map import Application, JpkiFile
from device.reader.errors import (
    CardAnswerError,
    CardLostError,
    CardTimeoutError,
    CertificateMissingError,
    MalformedAnswerError,
    PinBlockedError,
    PinMalformedError,
    PinOutcomeUnknownError,
    PinRejectedError,
    SlotLostError,
)
from device.reader.record_signature import digest_info
from device.reader.second_answer import asked_once_more
from device.reader.status_word import StatusWord
from device.reader.tlv import read_header

_LABEL_BYTES = 32
_SERIAL = slice(80, 96)
"""After label, manufacturer and model."""
_PRESENT = 0x8F
_PIN = SecretReference(JpkiFile.AUTHENTICATION_PIN, full_tries=3)
_PIN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class CardToken:
    """What the application says about the thing it lives in."""

    label: bytes
    """Token label, 32 bytes, space padded. The old label is a prefix of the new one."""
    token_id: bytes = field(repr=False)
    """The token's serial number; the label where it was not asked for or is not there."""

    def has_label(self, text: bytes) -> bool:
        """Whether the whole label is `text`."""
        return self.label == text.ljust(_LABEL_BYTES)


class Jpki:
    """The JPKI application of one laid card."""

    def __init__(self, files: CardFiles) -> None:
        self._files = files
        self._certificate_start = b""
        """First block of EF 000A, once it was read."""

    def select(self) -> None:
        """Makes this the open application.

        Raises:
            ApplicationMissingError: the card has no JPKI application.
            ReaderError: the card was lost.
        """
        self._files.open_application(Application.JPKI)

    def read_token(self, *, is_named: bool) -> CardToken:
        """What the card says about its kind.

        Args:
            is_named: read the serial number too, if there is one.

        Raises:
            ApplicationMissingError: the card has no JPKI application.
            ReaderError: the card cannot be read.

        Source: facts/card.md §1.2 and §3.2 (EF 0006 is a CK_TOKEN_INFO).
        """
        self.select()
        file = JpkiFile.TOKEN_INFORMATION
        if is_named:
            # Nobody has published how long this file is on phones.
            with suppress(CardAnswerError, MalformedAnswerError):
                information = self._files.read_start(file, _SERIAL.stop)
                return CardToken(information[:_LABEL_BYTES], information[_SERIAL])
        label = self._files.read_start(file, _LABEL_BYTES)
        return CardToken(label, label)

    def has_signing_certificate(self) -> bool:
        """署名用証明書 is there.

        A card without the file that says so has none, and so has one whose file is still empty
        or shown to nobody when asked once more: what a 顔認証マイナンバーカード says is not public.

        Raises:
            CardAnswerError: the card does not say.
            ReaderError: the card was lost.

        Source: facts/card.md §3.2, §6.2 and §8.2.
        """
        file = JpkiFile.AVAILABLE_CERTIFICATES
        try:
            told = asked_once_more(
                lambda: self._files.read_start(file, 1), unless=lambda word: word.is_not_found
            )
        except CardAnswerError as refusal:
            word = refusal.status_word
            if word.is_not_found or word.is_end_of_file or word.is_not_allowed:
                return False
            raise
        return told[0] == _PRESENT

    def require_certificate(self) -> None:
        """Whether there is a 利用者証明用電子証明書, before anybody is asked for anything.

        Reads its first block, which `read_certificate` then does not read again: knowing costs
        no command of its own.

        Raises:
            CertificateMissingError: its file is not there, or empty, asked once more.
            ReaderError: as `read_certificate`.
        """
        if self._certificate_start:
            return
        file = JpkiFile.AUTHENTICATION_CERTIFICATE
        try:
            start = asked_once_more(
                lambda: self._files.read(file, 0, SHORT_ANSWER_BYTES),
                # Phones wait for their PIN or their holder: asking again would not help.
                unless=lambda word: word.is_not_found or word.is_unauthorised,
            )
        except CardAnswerError as refusal:
            if refusal.status_word.is_not_found or refusal.status_word.is_end_of_file:
                raise CertificateMissingError from refusal
            raise
        if len(set(start)) == 1:
            # Never written, or erased: nothing but filler.
            raise CertificateMissingError
        self._certificate_start = start

    def read_certificate(self) -> bytes:
        """利用者証明用電子証明書, X.509 DER.

        Raises:
            CertificateMissingError: there is none.
            CardAnswerError: (Android) not readable before the PIN.
            MalformedAnswerError: the file holds no DER object.
            ReaderError: the card cannot be read.
        """
        self.require_certificate()
        start = self._certificate_start
        end = read_header(start).end_offset
        if end <= len(start):
            raise MalformedAnswerError("too short for a certificate")
        file = JpkiFile.AUTHENTICATION_CERTIFICATE
        return start + self._files.read(file, len(start), end - len(start))

    def pin_tries_left(self) -> int:
        """Tries of the authentication PIN, 0 to 3.

        Raises:
            CardAnswerError: the card does not say.
            ReaderError: the card was lost.
        """
        return self._files.tries_left(_PIN)

    def get_ready_for_pin(self) -> None:
        """What `verify_pin` does before it sends the PIN.

        Raises:
            CardTimeoutError: the session's time is too short to wait for the card's word.
            ReaderError: the card cannot be read; nothing was sent.
        """
        self._files.get_ready_to_verify(_PIN)

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
        self.get_ready_for_pin()
        try:
            answer = self._files.verify(_PIN, digits)
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
        content = digest_info(sha256(message).digest())
        return self._files.sign(JpkiFile.AUTHENTICATION_KEY, content)


def _judge_pin(answer: StatusWord) -> None:
    if answer.is_ok:
        return
    if answer.is_blocked:
        raise PinBlockedError
    if answer.tries_left is not None:
        raise PinRejectedError(answer.tries_left)
    if answer.is_rejected_uncounted:
        raise PinRejectedError(_PIN.full_tries)
    # A word that no card is known to give here leaves open whether the try was counted.
    raise PinOutcomeUnknownError
