"""Jobs with the card, all on one thread: a chip card does one thing at a time."""

import math
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from device.clock import Clock
from device.errors import DeviceError
from device.jobs.failures import failure_of
from device.pinpad.attempts import AttemptOutcome, PinAttempts
from device.pinpad.pin import Pin
from device.reader.errors import (
    CardAnswerError,
    PinBlockedError,
    PinRejectedError,
    ReaderError,
)
from device.reader.pinless import PinlessAuthenticator
from device.reader.port import CardSlot
from device.reader.printed_code import CardFront
from device.reader.session import CardSession
from device.visit import events
from device.workers import Worker
from hostlink.terms import FailureCode

_UNREAD_CARD = b"card whose certificate needs the PIN first"
"""Attempts of an Android phone are kept under this name: it tells who it is only after the PIN."""

_NOTICED_WITHIN_S = 2.0
"""A card lies there for up to 0.75 s before the service tells of it (facts/platform.md §1.5), and
what reads its front may see it sooner; the rest is for a busy machine."""


@dataclass(frozen=True, slots=True)
class CardParts:
    """What the reader has to talk with a card."""

    slot: CardSlot
    front: CardFront
    """Reads the code printed on the card."""
    terminal: PinlessAuthenticator | None
    """What a card trusts in place of a PIN."""
    attempts: PinAttempts


class CardJobs:
    """Everything a visit asks of its card."""

    def __init__(
        self, parts: CardParts, clock: Clock, post: Callable[[events.Event], None]
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._post = post
        self._worker = Worker("card")
        # Touched by the worker's thread only:
        self._session: CardSession | None = None
        self._forgotten_at_s = -math.inf
        """Unix time at which the last card was done with."""
        self._in_sight_since_s = math.inf
        """Unix time before which what was seen cannot be the front of the card that lies here."""

    def recognise(self, turn: int) -> None:
        """Begin with the card that was laid just now; answers `CardRecognised`."""
        noticed_at_s = time.time()
        self._start(turn, lambda turn: self._recognise(turn, noticed_at_s))

    def read_photo(self) -> "Future[bytes]":
        """The photo in the chip, opened with the code printed on the card.

        The future raises the `ReaderError` that stood in the way.
        """
        photo: Future[bytes] = Future()

        def read() -> None:
            try:
                code = self._parts.front.read_printed_code(self._in_sight_since_s)
                photo.set_result(self._card().read_photo(code))
            except DeviceError as error:
                photo.set_exception(error)

        self._worker.submit(read, lambda: photo.set_exception(ReaderError()))
        return photo

    def count_pin_tries(self, turn: int) -> None:
        """Answers `PinTriesCounted`."""
        self._start(turn, self._count_pin_tries)

    def verify_pin(self, turn: int, pin: Pin) -> None:
        """Send the PIN, once; answers `PinAccepted` or `PinRejected`. The PIN is wiped."""
        self._start(turn, lambda turn: self._verify_pin(turn, pin), pin.wipe)

    def sign(self, turn: int, challenge: bytes, *, is_after_face: bool) -> None:
        """Answers `ChallengeSigned`."""
        self._start(turn, lambda turn: self._sign(turn, challenge, is_after_face))

    def forget(self) -> None:
        """Take the power off the card: with it goes everything that was opened."""
        forgotten_at_s = time.time()
        self._worker.submit(lambda: self._close_session(forgotten_at_s))

    def stop(self) -> None:
        """Power down and end."""
        self.forget()
        self._worker.stop()

    def _start(
        self, turn: int, job: Callable[[int], None], at_end: Callable[[], None] = lambda: None
    ) -> None:
        def run() -> None:
            try:
                job(turn)
            except DeviceError as error:
                self._post(events.JobFailed(turn, failure_of(error)))
            finally:
                at_end()

        self._worker.submit(run, lambda: self._post(events.JobFailed(turn, FailureCode.INTERNAL)))

    def _card(self) -> CardSession:
        if self._session is None:
            self._session = CardSession(self._parts.slot, terminal=self._parts.terminal)
        return self._session

    def _close_session(self, forgotten_at_s: float) -> None:
        if self._session:
            self._session.close()
            self._session = None
            self._forgotten_at_s = forgotten_at_s

    def _recognise(self, turn: int, noticed_at_s: float) -> None:
        self._in_sight_since_s = max(noticed_at_s - _NOTICED_WITHIN_S, self._forgotten_at_s)
        facts = self._card().identify()
        self._post(events.CardRecognised(turn, facts.kind, facts.has_pin, facts.has_face_photo))
        self._read_ahead()

    def _read_ahead(self) -> None:
        """Fetch the certificate while the patient chooses: it will be needed either way."""
        try:
            self._card().read_certificate()
        except ReaderError:
            # Whoever needs it asks again and hears the reason.
            return

    def _count_pin_tries(self, turn: int) -> None:
        tries_left = self._card().pin_tries_left()
        self._parts.attempts.note_tries(self._reference(), tries_left)
        self._post(events.PinTriesCounted(turn, tries_left))

    def _reference(self) -> bytes:
        try:
            return self._card().read_certificate()
        except CardAnswerError:
            return _UNREAD_CARD

    def _verify_pin(self, turn: int, pin: Pin) -> None:
        attempt = self._parts.attempts.begin(self._reference())
        try:
            self._card().verify_pin(pin.digits())
        except PinRejectedError as rejected:
            attempt.settle(AttemptOutcome.REJECTED, rejected.tries_left)
            self._post(events.PinRejected(turn, rejected.tries_left))
        except PinBlockedError:
            attempt.settle(AttemptOutcome.BLOCKED, 0)
            self._post(events.PinRejected(turn, 0))
        else:
            attempt.settle(AttemptOutcome.ACCEPTED)
            self._post(events.PinAccepted(turn, self._clock.now()))

    def _sign(self, turn: int, challenge: bytes, is_after_face: bool) -> None:
        card = self._card()
        if is_after_face:
            card.unlock_after_face()
        signed = card.sign_challenge(challenge)
        self._post(events.ChallengeSigned(turn, signed.certificate, signed.signature))
