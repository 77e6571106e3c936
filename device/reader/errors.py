"""Everything that can go wrong between the reader and a card. Never holds personal data."""

from device.errors import DeviceError
from device.reader.status_word import StatusWord
from hostlink.terms import FailureCode


class ReaderError(DeviceError):
    """Root of all errors of card and slot."""


class CardLostError(ReaderError):
    """The card was taken away, or the field lost it."""


class SlotLostError(ReaderError):
    """The reader hardware or its service is gone."""


class SlotBusyError(ReaderError):
    """Someone else holds the card."""


class CardTimeoutError(ReaderError):
    """The card took longer than the deadline; its connection is given up."""


class CardUnresponsiveError(ReaderError):
    """Something lies there that does not answer as a chip card."""


class CardNotAcceptedError(ReaderError):
    """A card that answers, but is none this reader accepts (住基カード, transit card …)."""

    def __init__(self, failure: FailureCode = FailureCode.CARD_NOT_ACCEPTED) -> None:
        super().__init__(f"not accepted: {failure.name}")
        self.failure = failure
        """Which kind of card it is, as far as it tells."""


class CardNotGenuineError(ReaderError):
    """The card's records are not what their issuer signed for this chip."""

    def __init__(self, failure: FailureCode) -> None:
        super().__init__(f"not genuine: {failure.name}")
        self.failure = failure
        """CARD_RECORD_UNTRUSTED, CARD_RECORD_ALTERED, CARD_PHOTO_SWAPPED or CARD_CLONED."""


class ReadingStoppedError(ReaderError):
    """Nobody needs what was being read any more; the card is as it was."""


class CardAnswerError(ReaderError):
    """The card refused a command."""

    def __init__(self, status_word: StatusWord) -> None:
        super().__init__(f"card answered {status_word.value:04X}")
        self.status_word = status_word


class MalformedAnswerError(ReaderError):
    """What the card sent breaks the rules of its own format."""


class ApplicationMissingError(ReaderError):
    """The card lacks an application that its kind should have."""


class CertificateMissingError(ReaderError):
    """The card holds no 利用者証明用電子証明書: nothing on it can sign for its holder."""


class PhotoMissingError(ReaderError):
    """The card's face file holds no photo."""


class HolderTooYoungError(ReaderError):
    """The holder is a child: a face alone proves nobody of that age."""


class HolderAgeUnknownError(ReaderError):
    """The record names no day of birth, or nobody told the reader which day it is."""


class PinMalformedError(ReaderError):
    """Not four ASCII digits; nothing was sent, no try was spent."""


class PinRejectedError(ReaderError):
    """The card says the PIN is wrong."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"PIN rejected, {tries_left} tries left")
        self.tries_left = tries_left
        """1 or more."""


class PinBlockedError(ReaderError):
    """The card takes no PIN any more."""


class PinOutcomeUnknownError(ReaderError):
    """The card was lost, or spoke nonsense, while it checked the PIN.

    A try may have been spent, so the PIN must never be sent again without asking the patient.
    """


class PrintedCodeUnreadableError(ReaderError):
    """照合番号B could not be read from the card's front; nothing was sent."""

    def __init__(self, failure: FailureCode = FailureCode.PRINTED_CODE_UNREADABLE) -> None:
        super().__init__(f"card's front not read: {failure.name}")
        self.failure = failure
        """PRINTED_CODE_UNREADABLE, or what the camera saw instead: CARD_FACE_DOWN,
        CARD_UPSIDE_DOWN, CARD_IN_CASE, SEVERAL_CARDS."""


class OcrUnavailableError(ReaderError):
    """The engine that reads print does not work on this machine; the sentence says what to do."""


class PrintedCodeRejectedError(ReaderError):
    """The card says 照合番号B is wrong."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"printed code rejected, {tries_left} tries left")
        self.tries_left = tries_left
        """1 or more."""


class PrintedCodeLockedError(ReaderError):
    """照合番号B is locked, or so few tries are left that this reader spends no more."""


class PinlessUnavailableError(ReaderError):
    """This card does not trust this reader's terminal, or the reader has none."""


class PhoneNotAuthenticatedError(ReaderError):
    """An iPhone was laid down before it had asked its holder for face, finger or code."""
