"""PINs on their way to a card: each is written down before it is sent, and sent once.

Source: facts/security.md §3.2 to §3.4.
"""

import logging
from collections.abc import Callable

from device.errors import DeviceError
from device.pinpad.attempts import AttemptOutcome, AttemptToken, PinAttempts, TriesNews
from device.pinpad.errors import PinStaleError, PinTriesUnclearError
from device.pinpad.pin import Pin
from device.power import PowerFailingError
from device.reader.errors import PinBlockedError, PinRejectedError
from device.reader.session import CardSession

_log = logging.getLogger(__name__)


class SentPins:
    """Sends PINs to the card that lies here and keeps the log of it.

    One for each laying: what a card told, and what was wrong with it, is its own. Used from one
    thread, the card's.
    """

    def __init__(self, attempts: PinAttempts, is_power_failing: Callable[[], bool]) -> None:
        self._attempts = attempts
        self._is_power_failing = is_power_failing
        self._told: int | None = None
        """Tries of the card, as it told them last."""
        self._has_told = False
        """It was heard, and what it told is noted or `_unnoted` says why not."""
        self._unnoted: DeviceError | None = None
        """What kept them from being noted."""

    def note_tries(self, card: CardSession, reference: bytes, tries_left: int | None) -> None:
        """The card's own word settles a PIN whose outcome was lost.

        Where it has not the tries it was left with, it is asked again, and staff are told. Nobody
        waits for this, so an error is kept for whoever sends a PIN next. Only the first call
        counts: afterwards PINs may have changed what the card told.

        Args:
            card: The card that lies here.
            reference: Names it in the log.
            tries_left: What it told; None: it takes no PIN.
        """
        if self._has_told:
            return
        self._told, self._has_told = tries_left, True
        try:
            if tries_left is not None:
                self._note(card, reference, tries_left)
        except DeviceError as error:
            self._unnoted = error

    def send(
        self, card: CardSession, reference: bytes, pin: Pin, leave: Callable[[], None]
    ) -> int | None:
        """Send the PIN to the card.

        Args:
            card: The card that lies here.
            reference: Names it in the log.
            pin: The digits; whoever calls wipes them.
            leave: Called when nothing but the card is between the PIN and its try: the disk may
                have kept it long. Raises `PinStaleError` where it must not be sent any more.

        Returns:
            None when the card accepted it, else the tries it has left.

        Raises:
            AttemptLogError: The log is not on disk for certain.
            AttemptUnsettledError: What an earlier PIN did is not known.
            PinTriesUnclearError: The card contradicts itself about its tries.
            PinStaleError: The PIN was typed too long ago, or was kept back.
            PowerFailingError: The reader's power is failing.
            ReaderError: The card was lost, or what was typed is no PIN.
        """
        if self._unnoted:
            raise self._unnoted
        if self._is_power_failing():
            raise PowerFailingError
        digits = pin.digits()
        attempt = self._intend(reference, leave)
        try:
            card.verify_pin(digits)
        except PinRejectedError as rejected:
            return self._reject(card, attempt, rejected.tries_left)
        except PinBlockedError:
            attempt.settle(AttemptOutcome.BLOCKED, 0)
            return 0
        self._told = None
        attempt.settle(AttemptOutcome.ACCEPTED)
        return None

    def _intend(self, reference: bytes, leave: Callable[[], None]) -> AttemptToken:
        attempt = self._attempts.begin(reference)
        try:
            leave()
        except PinStaleError:
            attempt.withdraw()
            raise
        return attempt

    def _note(self, card: CardSession, reference: bytes, tries_left: int) -> None:
        news = self._attempts.compare_tries(reference, tries_left)
        if news is not TriesNews.AS_LEFT:
            if card.pin_tries_left() != tries_left:
                raise PinTriesUnclearError
            _log.warning("a card came back with %s", news.value)
        self._attempts.note_tries(reference, tries_left)

    def _reject(self, card: CardSession, attempt: AttemptToken, tries_left: int) -> int:
        """A wrong PIN costs one try, or none where the card counts none; else ask again."""
        if self._told is not None and not self._told - 1 <= tries_left <= self._told:
            _log.warning("a wrong PIN left a card with other tries than it had before")
            tries_left = card.pin_tries_left()
        self._told = tries_left
        attempt.settle(AttemptOutcome.REJECTED, tries_left)
        return tries_left
