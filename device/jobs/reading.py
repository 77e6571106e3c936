"""The photo of the card that lies here: read ahead, while its holder still chooses.

The printed code is read on the front's own thread and the chip on the card's, so the card is
free for other work until the code is there. What is not needed any more stops within one picture
and one command.

Source: docs/decisions/0011-reading-ahead.md.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from device.errors import DeviceError
from device.jobs.front_worker import FrontWorker
from device.reader.errors import PrintedCodeUnreadableError, ReaderError, ReadingStoppedError
from device.reader.printed_code import CardFront, PrintedCode
from device.workers import Worker
from hostlink.terms import FailureCode

_log = logging.getLogger(__name__)

IsStopped = Callable[[], bool]


@dataclass(slots=True, eq=False)
class _Attempt:
    """One reading; what arrives after it was stopped is dropped."""

    photo: "Future[bytes]" = field(default_factory=Future, repr=False)
    stopped: threading.Event = field(default_factory=threading.Event)
    is_told: bool = False
    """Whoever wants the photo holds this one, and hears how it ends."""

    @property
    def is_spent(self) -> bool:
        """It failed, and either somebody heard so, or laying the card better may have helped."""
        if not self.photo.done() or self.photo.cancelled():
            return self.photo.done()
        error = self.photo.exception()
        is_unread = isinstance(error, PrintedCodeUnreadableError)
        return error is not None and (self.is_told or is_unread)

    @property
    def has_untold_several(self) -> bool:
        """It saw more than one card, and nobody has heard so."""
        if self.is_told or not self.photo.done() or self.photo.cancelled():
            return False
        match self.photo.exception():
            case PrintedCodeUnreadableError(failure=FailureCode.SEVERAL_CARDS):
                return True
            case _:
                return False

    def run(self, read: Callable[[], None]) -> None:
        """Do a part of the reading, on whichever thread; an error is the photo's."""
        try:
            if self.stopped.is_set():
                raise ReadingStoppedError
            read()
        except DeviceError as error:
            self.fail(error)

    def succeed(self, photo: bytes) -> None:
        with suppress(InvalidStateError):
            self.photo.set_result(photo)

    def fail(self, error: DeviceError) -> None:
        with suppress(InvalidStateError):
            self.photo.set_exception(error)

    def give_up(self, error: DeviceError) -> None:
        """Whoever waits is told now; what is still under way stops as soon as it can."""
        self.stopped.set()
        self.fail(error)

    def stop(self) -> None:
        self.stopped.set()
        self.photo.cancel()


class PhotoReading:
    """Brings the photo out of the chip. Asked from one thread, the visit's."""

    def __init__(
        self,
        front: CardFront | None,
        on_front: FrontWorker,
        on_card: Worker,
        read_chip: Callable[[PrintedCode, IsStopped], bytes],
    ) -> None:
        """Begins nothing yet.

        Args:
            front: Reads the code printed on the card; None: only a typed one opens the photo.
            on_front: The thread of `front`.
            on_card: The thread of the card.
            read_chip: Reads the photo of the card that lies here; called on the card's thread.
        """
        self._front = front
        self._on_front = on_front
        self._on_card = on_card
        self._read_chip = read_chip
        self._attempt: _Attempt | None = None
        self._typed: PrintedCode | None = None
        self._has_warning = False

    def start(self, expiry: date | None) -> None:
        """Begin anew: with the typed code if there is one, else with the card's front.

        Args:
            expiry: The card's last day, as its chip tells it.
        """
        self._begin(expiry)

    def start_typed(self, code: PrintedCode) -> None:
        """Begin anew, with the code that somebody typed for this card."""
        self._typed = code
        self.start(None)

    def photo(self, expiry: date | None) -> "Future[bytes]":
        """The photo that was read, or is being read; a failure that was told is tried again.

        So is a front that was read ahead in vain, as the hand was still over the card. Whatever
        else went wrong ahead is told at once.

        The future raises the `DeviceError` that stood in the way.
        """
        attempt = self._attempt
        if attempt is None or attempt.is_spent:
            attempt = self._begin(expiry)
        attempt.is_told = True
        return attempt.photo

    def stop(self) -> None:
        """Nobody needs the photo now: end what runs, drop what was read and what was typed.

        That more than one card was seen is kept for `take_warning`.
        """
        self._has_warning |= self._attempt is not None and self._attempt.has_untold_several
        self._drop_attempt()
        self._typed = None

    def take_warning(self) -> bool:
        """Whether more than one card was seen here and nobody was told yet; once."""
        has_warning, self._has_warning = self._has_warning, False
        return has_warning

    def forget(self) -> None:
        """The card is gone: stop, and know nothing of it."""
        self.stop()
        self._has_warning = False

    def _drop_attempt(self) -> None:
        if self._attempt is not None:
            self._attempt.stop()
            self._attempt = None

    def _begin(self, expiry: date | None) -> _Attempt:
        self._drop_attempt()
        attempt = self._attempt = _Attempt()
        if self._typed is not None:
            self._ask_chip(attempt, self._typed)
        elif self._front is not None:
            self._ask_front(attempt, self._front, expiry)
        else:
            attempt.fail(PrintedCodeUnreadableError())
        return attempt

    def _ask_front(self, attempt: _Attempt, front: CardFront, expiry: date | None) -> None:
        def read() -> None:
            code = _read_front(front, expiry, attempt.stopped.is_set)
            self._ask_chip(attempt, code)

        self._on_front.submit(
            lambda: attempt.run(read),
            on_crash=lambda: attempt.fail(ReaderError()),
            on_late=lambda: attempt.give_up(PrintedCodeUnreadableError()),
        )

    def _ask_chip(self, attempt: _Attempt, code: PrintedCode) -> None:
        def read() -> None:
            attempt.succeed(self._read_chip(code, attempt.stopped.is_set))

        self._on_card.submit(lambda: attempt.run(read), lambda: attempt.fail(ReaderError()))


def _read_front(front: CardFront, expiry: date | None, is_stopped: IsStopped) -> PrintedCode:
    """A broken camera over the card is an unread front: the code may still be typed."""
    try:
        return front.read_printed_code(expiry, is_stopped)
    except ReaderError:
        raise
    except DeviceError as error:
        _log.warning("the card's front cannot be seen: %s: %s", type(error).__name__, error)
        raise PrintedCodeUnreadableError from error
