"""Everything that can go wrong between the reader and a card. Never holds personal data."""

from device.errors import DeviceError
from device.reader.status_word import StatusWord


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


class CardAnswerError(ReaderError):
    """The card refused a command."""

    def __init__(self, status_word: StatusWord) -> None:
        super().__init__(f"card answered {status_word.value:04X}")
        self.status_word = status_word


class MalformedAnswerError(ReaderError):
    """What the card sent breaks the rules of its own format."""


class ApplicationMissingError(ReaderError):
    """The card lacks an application that its kind should have."""


class PhotoMissingError(ReaderError):
    """The card's face file holds no photo."""


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
