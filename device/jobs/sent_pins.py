"""PINs on their way to a card: each is written down before it is sent, and sent once.

Source: facts/security.md §3.2 to §3.4.
"""

from device.pinpad.attempts import AttemptOutcome, PinAttempts
from device.pinpad.errors import AttemptLogError
from device.pinpad.pin import Pin
from device.reader.errors import PinBlockedError, PinRejectedError
from device.reader.session import CardSession


class SentPins:
    """Sends PINs and keeps the log of it. Used from one thread, the card's."""

    def __init__(self, attempts: PinAttempts) -> None:
        self._attempts = attempts
        self._unnoted: AttemptLogError | None = None
        """What kept the last card's tries from being noted."""

    def note_tries(self, reference: bytes, tries_left: int | None) -> None:
        """The card's own word settles a PIN whose outcome was lost.

        Nobody waits for this, so an error is kept for whoever sends a PIN next.

        Args:
            reference: Names the card in the log.
            tries_left: What it told; None: it takes no PIN.
        """
        self._unnoted = None
        try:
            if tries_left is not None:
                self._attempts.note_tries(reference, tries_left)
        except AttemptLogError as error:
            self._unnoted = error

    def send(self, card: CardSession, reference: bytes, pin: Pin) -> int | None:
        """Send the PIN to the card.

        Returns:
            None when the card accepted it, else the tries it has left.

        Raises:
            AttemptLogError: The log is not on disk for certain.
            AttemptUnsettledError: What an earlier PIN did is not known.
            ReaderError: The card was lost, or what was typed is no PIN.
        """
        if self._unnoted:
            raise self._unnoted
        attempt = self._attempts.begin(reference)
        try:
            card.verify_pin(pin.digits())
        except PinRejectedError as rejected:
            attempt.settle(AttemptOutcome.REJECTED, rejected.tries_left)
            return rejected.tries_left
        except PinBlockedError:
            attempt.settle(AttemptOutcome.BLOCKED, 0)
            return 0
        attempt.settle(AttemptOutcome.ACCEPTED)
        return None
