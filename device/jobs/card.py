"""Jobs with the card, all on one thread: a chip card does one thing at a time."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial

from device import power
from device.clock import Clock
from device.errors import DeviceError
from device.jobs.departing_pin import DepartingPin
from device.jobs.failures import failure_of
from device.jobs.front_worker import FrontWorker
from device.jobs.reading import IsStopped, PhotoReading
from device.jobs.recognised import Equipment, day_in_japan, has_expired, recognised
from device.jobs.rejected_codes import RejectedCodes
from device.jobs.sent_pins import SentPins
from device.pinpad.attempts import PinAttempts
from device.pinpad.pin import Pin
from device.reader.card_facts import CardFacts
from device.reader.errors import CardAnswerError, CardUnresponsiveError, ReaderError
from device.reader.pinless import PinlessAuthenticator
from device.reader.port import CardSlot
from device.reader.printed_code import CardFront, PrintedCode
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from device.visit import events
from device.workers import Worker
from hostlink.terms import FailureCode


@dataclass(frozen=True, slots=True)
class CardParts:
    """What the reader has to talk with a card."""

    slot: CardSlot
    front: CardFront | None
    """Reads the code printed on the card; used on a thread of its own."""
    terminal: PinlessAuthenticator | None
    """What a card trusts in place of a PIN."""
    attempts: PinAttempts
    anchors: RecordAnchors
    """Whose records on cards count as genuine."""
    is_power_failing: Callable[[], bool] = power.is_power_failing
    """Whether the board says that its supply is too weak."""


class CardJobs:
    """Everything a visit asks of its card."""

    def __init__(
        self, parts: CardParts, clock: Clock, post: Callable[[events.Event], None]
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._post = post
        self._pins = self._fresh_pins()
        self._rejected = RejectedCodes()
        self._worker = Worker("card")
        self._front_worker = FrontWorker()
        self._reading = PhotoReading(
            parts.front, self._front_worker, self._worker, self._read_photo
        )
        self._departing: DepartingPin | None = None
        """Of the PIN that was typed last; written by the visit's thread only."""
        self._facts: CardFacts | None = None
        """Of the card that lies here; known before `CardRecognised` is posted."""
        self._session: CardSession | None = None
        """Both are written by the worker's thread only."""

    @property
    def expiry(self) -> date | None:
        """Last day of the recognised card, if its chip told one."""
        return self._facts.expiry if self._facts else None

    def may_be_born_on(self, birthdate: str) -> bool:
        """See `CardSession`; from any thread."""
        session = self._session
        return session is None or session.may_be_born_on(birthdate)

    def recognise(self, turn: int) -> None:
        """Begin with the card that was laid just now; answers `CardRecognised`."""
        self._start(turn, self._recognise)

    def read_ahead(self) -> None:
        """Begin to read the photo; it answers nothing until somebody asks for it."""
        self._reading.start(self.expiry)

    def stop_reading(self) -> None:
        """Let go of the photo and the code typed for it: the card is free within one command.

        That the card was found not to be genuine stays known for as long as it lies here.
        """
        self._reading.stop()

    def warn_of_several(self, turn: int) -> None:
        """Before a PIN is typed or staff compare: `JobFailed`, once, if more cards were seen.

        Only the one that was recognised is sent the PIN and signs, but it may be somebody else's.
        The camera may err, so whoever goes on all the same is believed.
        """
        if self._reading.take_warning():
            self._post(events.JobFailed(turn, FailureCode.SEVERAL_CARDS))

    def use_code(self, code: PrintedCode) -> None:
        """Read the photo with the code that somebody typed."""
        self._reading.start_typed(code)

    def read_photo(self) -> "Future[bytes]":
        """The photo in the chip, for as long as its holder is here; see `PhotoReading.photo`."""
        return self._reading.photo(self.expiry)

    def verify_pin(self, turn: int, pin: Pin) -> None:
        """Send the PIN, once; answers `PinAccepted` or `PinRejected`. The PIN is wiped.

        One that still waits for its turn at the card, or for the disk, when it is recalled or when
        `forget` is called, is never sent, nor is any to a card that was found not to be genuine.
        """
        departing = self._departing = DepartingPin()
        self._start(turn, lambda turn: self._verify_pin(turn, pin, departing), pin.wipe)

    def recall_pin(self, turn: int) -> None:
        """Nobody waits for the PIN any more; answers `JobFailed`, which tells if it was sent."""
        is_unsent = self._departing is None or self._departing.keep_back()
        failure = FailureCode.PIN_EXPIRED if is_unsent else FailureCode.PIN_OUTCOME_UNKNOWN
        self._post(events.JobFailed(turn, failure))

    def sign(self, turn: int, challenge: bytes, *, is_after_face: bool) -> None:
        """Answers `ChallengeSigned`."""
        self._start(turn, lambda turn: self._sign(turn, challenge, is_after_face))

    def forget(self) -> None:
        """Take the power off the card: with it goes everything that was opened."""
        if self._departing is not None:
            self._departing.keep_back()
            self._departing = None
        self._reading.forget()
        self._worker.submit(self._close_session)

    def stop(self) -> bool:
        """Power down and end; False: a call to the card still hangs."""
        self.forget()
        if self._parts.front:
            self._front_worker.submit(self._parts.front.close)
        self._front_worker.stop()
        return self._worker.stop()

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
            parts = self._parts
            self._session = CardSession(
                parts.slot,
                terminal=parts.terminal,
                anchors=parts.anchors,
                today=lambda: day_in_japan(self._clock.now()),
            )
        return self._session

    def _close_session(self) -> None:
        if self._session:
            self._session.close()
        self._session = self._facts = None
        self._pins = self._fresh_pins()

    def _fresh_pins(self) -> SentPins:
        return SentPins(self._parts.attempts, self._parts.is_power_failing)

    def _recognise(self, turn: int) -> None:
        try:
            facts = self._facts = self._card().identify()
        except CardUnresponsiveError as error:
            self._explain_silence(turn, error)
            return
        answer = recognised(turn, facts, self._clock.now(), self._equipment())
        self._post(answer)
        if isinstance(answer, events.CardRecognised):
            self._read_certificate_ahead()

    def _equipment(self) -> Equipment:
        parts = self._parts
        return Equipment(parts.front is not None, parts.terminal is not None)

    def _explain_silence(self, turn: int, error: CardUnresponsiveError) -> None:
        """The camera may see why no chip answers: two cards, or one in its case."""
        untold = events.JobFailed(turn, failure_of(error))
        front = self._parts.front
        if front is None:
            self._post(untold)
            return

        def explain() -> None:
            try:
                self._post(events.JobFailed(turn, front.explain_silence()))
            except DeviceError:
                self._post(untold)

        def give_up() -> None:
            self._post(untold)

        self._front_worker.submit(explain, on_crash=give_up, on_late=give_up)

    def _read_certificate_ahead(self) -> None:
        """Fetch it while the patient chooses: it will be needed either way.

        Whatever goes wrong here, whoever needs it asks again and hears the reason.
        """
        with suppress(ReaderError):
            self._note_tries()
            # A phone may show it only after the PIN.
            with suppress(CardAnswerError):
                self._card().read_certificate()
            self._card().get_ready_to_sign()

    def _read_photo(self, code: PrintedCode, is_stopped: IsStopped) -> bytes:
        """Leaves the card ready for the PIN or the signature, however it ends."""
        card, reference = self._card(), self._reference()
        try:
            sending = partial(self._rejected.sending, reference, code)
            return card.read_photo(code, is_stopped, sending)
        finally:
            with suppress(ReaderError):
                card.get_ready_to_sign()

    def _reference(self) -> bytes:
        """What names this card in the log of attempts, the same whenever it is asked for.

        A phone shows its certificate only after the PIN. Of a card nothing else will do: what it
        refuses to show now, it is asked for again, as no other name is its own.
        """
        token_id = self._facts.token_id if self._facts else None
        return self._card().read_certificate() if token_id is None else token_id

    def _note_tries(self) -> bytes:
        """What names this card in the log, where the tries that it told are then noted."""
        reference = self._reference()
        if self._facts is not None:
            self._pins.note_tries(self._card(), reference, self._facts.pin_tries_left)
        return reference

    def _verify_pin(self, turn: int, pin: Pin, departing: DepartingPin) -> None:
        card = self._card()
        # Before the PIN is written down as sent: nothing was, and no try was spent.
        card.refuse_if_not_genuine()
        reference = self._note_tries()
        card.get_ready_for_pin()
        departing.refuse_if_kept_back()
        tries_left = self._pins.send(card, reference, pin, departing.leave)
        if tries_left is None:
            self._post(events.PinAccepted(turn, self._clock.now()))
        else:
            self._post(events.PinRejected(turn, tries_left))

    def _sign(self, turn: int, challenge: bytes, is_after_face: bool) -> None:
        # The day may have been told, or have ended, since the card was recognised.
        if has_expired(self.expiry, self._clock.now()):
            self._post(events.JobFailed(turn, FailureCode.CARD_EXPIRED))
            return
        card = self._card()
        # Whom staff confirm, too, may have a card whose photo nobody asked for in the end.
        card.refuse_if_not_genuine()
        if is_after_face:
            card.unlock_after_face()
        signed = card.sign_challenge(challenge)
        self._post(
            events.ChallengeSigned(turn, signed.certificate, signed.signature, self._clock.now())
        )
