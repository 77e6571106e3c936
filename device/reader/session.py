"""One laid card, from the first question to taking its power away."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from device.reader import card_kinds
from device.reader.apdu import CommandApdu
from device.reader.card_facts import CardFacts, SignedChallenge
from device.reader.card_files import CardFiles
from device.reader.card_surface import CardSurface, Sending
from device.reader.errors import (
    CardAnswerError,
    CardLostError,
    CardNotGenuineError,
    PhoneNotAuthenticatedError,
    PinlessUnavailableError,
    ReaderError,
)
from device.reader.exchange import Exchange
from device.reader.jpki import Jpki
from device.reader.laid_card import LaidCard
from device.reader.pinless import PinlessAuthenticator
from device.reader.port import CardSlot
from device.reader.printed_code import PrintedCode
from device.reader.record_anchors import RecordAnchors
from hostlink.terms import CardKind, FailureCode

_LAST_COMMAND = CommandApdu(0x80, 0xFC, 0x00, 0x00)
"""Tells an iPhone that it may show its holder the end (facts/card.md §6.1)."""


class CardSession:
    """What may be asked of one laid card. Used from one thread; blocks it.

    The first call powers the card. Once the card was lost every further call fails the same
    way; make a new session for the next card. What a PIN or a terminal opened stays open until
    `close`, so every session must be closed.
    """

    def __init__(
        self,
        slot: CardSlot,
        *,
        anchors: RecordAnchors,
        apdu_deadline_s: float = 5.0,
        terminal: PinlessAuthenticator | None = None,
        today: Callable[[], date | None],
    ) -> None:
        """Does not touch the card yet.

        Args:
            slot: where the card lies.
            anchors: whose records on cards count as genuine.
            apdu_deadline_s: longest time for power-up and for each command.
            terminal: what the card may trust in place of a PIN, if there is such a thing.
            today: Japan's day, for the holder's age; None: not known.
        """
        self._slot = slot
        self._apdu_deadline_s = apdu_deadline_s
        self._terminal = terminal
        self._anchors = anchors
        self._today = today
        self._exchange: Exchange | None = None
        self._files: CardFiles | None = None
        self._opened_jpki: Jpki | None = None
        self._is_iphone = False
        self._certificate: bytes | None = None
        self._finding: FailureCode | None = None
        """How the card proved not to be genuine; the error itself would hold on to the photo."""
        self._born: date | None = None
        self._is_closed = False

    def identify(self) -> CardFacts:
        """Kind of card and what it offers.

        Raises:
            CardNotAcceptedError: no card this reader accepts; says which, as far as it tells.
            CertificateMissingError: a My Number card that cannot sign for its holder.
            ReaderError: the card cannot be read.
        """
        facts = card_kinds.recognise(LaidCard(self._open(), self._jpki()))
        self._is_iphone = facts.kind is CardKind.IPHONE
        return facts

    def read_photo(
        self,
        code: PrintedCode,
        is_stopped: Callable[[], bool],
        sending: Sending,
    ) -> bytes:
        """The photo on the chip (JP2, greyscale), opened by the printed code, proven genuine.

        Args:
            code: what is printed on the front of this card.
            is_stopped: asked between commands; True ends the reading.
            sending: around the command that presents the code; remembers which ones the card
                rejected.

        Raises:
            PrintedCodeRejectedError: not this card's code.
            PrintedCodeLockedError: locked, or too few tries left to risk one.
            PhotoMissingError: there is none.
            CardNotGenuineError: not what an issuer under the anchors signed for this chip.
            HolderTooYoungError: a face alone may not prove this holder.
            HolderAgeUnknownError: nor one who may be a child.
            ReadingStoppedError: `is_stopped` said so.
            ReaderError: the card cannot be read.
        """
        surface = CardSurface(self._open(), self._anchors, self._today)
        try:
            photo = surface.read_photo(code, is_stopped, sending)
        except CardNotGenuineError as error:
            self._finding = error.failure
            raise
        self._born = surface.holder_born
        return photo

    def may_be_born_on(self, birthdate: str) -> bool:
        """Whether a proven record says so, or none was read that could say otherwise.

        Args:
            birthdate: `yyyymmdd`.
        """
        return self._born is None or f"{self._born:%Y%m%d}" == birthdate

    def refuse_if_not_genuine(self) -> None:
        """Whoever wanted the photo may be gone; what its reading found of the card still holds.

        Sends nothing to the card.

        Raises:
            CardNotGenuineError: as `read_photo` raised it.
        """
        if self._finding is not None:
            raise CardNotGenuineError(self._finding)

    def read_certificate(self) -> bytes:
        """利用者証明用電子証明書, X.509 DER; read from the card only once a session.

        A card gives it at any time, best while the patient thinks; an Android phone only after
        the PIN.

        Raises:
            CertificateMissingError: there is none.
            CardAnswerError: the card refuses.
            ReaderError: the card cannot be read.
        """
        if self._certificate is None:
            self._certificate = self._jpki().read_certificate()
        return self._certificate

    def get_ready_to_sign(self) -> None:
        """Opens the JPKI application, so that the PIN and the signature are one command each.

        Raises:
            ReaderError: the card cannot be read.
        """
        self._jpki().select()

    def pin_tries_left(self) -> int:
        """Tries of the PIN, 0 to 3, asked of the card now.

        Raises:
            CardAnswerError: the card does not say.
            ReaderError: the card was lost.
        """
        return self._jpki().pin_tries_left()

    def get_ready_for_pin(self) -> None:
        """Does what takes time before the PIN can be sent, so that sending it is one command.

        Raises:
            CardTimeoutError: the session's time is too short for the card's word on it.
            ReaderError: the card was lost; nothing was sent.
        """
        self._jpki().get_ready_for_pin()

    def verify_pin(self, digits: bytes | bytearray) -> None:
        """Presents the PIN to the card, once.

        Raises:
            PinMalformedError: not four ASCII digits; nothing was sent.
            PinRejectedError: wrong.
            PinBlockedError: no tries are left.
            PinOutcomeUnknownError: the card was lost while it checked.
            ReaderError: the card was lost before.
        """
        self._jpki().verify_pin(digits)

    def sign_challenge(self, challenge: bytes) -> SignedChallenge:
        """The card's signature over `challenge`, after `verify_pin` or `unlock_after_face`.

        Raises:
            PhoneNotAuthenticatedError: an iPhone that has not yet asked its holder.
            CardAnswerError: the card refuses; 6982 when nobody was verified.
            ReaderError: the card was lost.
        """
        try:
            certificate = self.read_certificate()
            return SignedChallenge(certificate, self._jpki().sign(challenge))
        except CardAnswerError as refusal:
            if self._is_iphone and refusal.status_word.is_unauthorised:
                raise PhoneNotAuthenticatedError from refusal
            raise

    def unlock_after_face(self) -> None:
        """Lets the card sign without PIN; only ever called after a face match.

        Raises:
            PinlessUnavailableError: no terminal, or the card does not trust it.
            ReaderError: the card was lost.
        """
        if self._terminal is None:
            raise PinlessUnavailableError
        self._jpki().select()
        self._terminal.unlock(self._open())

    def close(self) -> None:
        """Takes the power off the card and with it everything that was opened. Never raises."""
        if self._is_iphone and self._files is not None and not self._is_closed:
            with suppress(ReaderError):
                self._files.send_ok(_LAST_COMMAND)
        self._is_closed = True
        if self._exchange is not None:
            self._exchange.close()

    def _jpki(self) -> Jpki:
        files = self._open()
        if self._opened_jpki is None:
            self._opened_jpki = Jpki(files)
        return self._opened_jpki

    def _open(self) -> CardFiles:
        if self._is_closed:
            raise CardLostError
        if self._files is None:
            self._exchange = Exchange(self._slot, self._apdu_deadline_s)
            self._files = CardFiles(self._exchange)
        return self._files
