"""A reader with a card, in one thread: what it sends is watched, and its power may go anywhere.

The visit, the card's jobs, the session and the attempt log are the product's own; the card is the
simulated one. Threads are left out, so that a seed plays the same again.
"""

from collections.abc import Callable
from random import Random
from unittest.mock import patch

from device.clock import Clock
from device.jobs.card import CardJobs, CardParts
from device.pinpad.attempts import PinAttempts
from device.pinpad.pin import Pin
from device.visit import effects, events, machine
from device.visit.effects import Effect
from device.visit.state import ConfirmingLastTry, EnteringPin, ProvingIdentity, State
from device.workers import Job
from tests.device.pinpad.fake_disk import FakeDisk, Image, Step, crash_now
from tests.device.reader.laid_cards import InProcessSlot
from tests.device.reader.visit_steps import NOBODY
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.physics import Fault, Physics
from tests.hw_sim.card.profile import PinName
from tests.hw_sim.card.trace import VERIFY

RIGHT, WRONG = b"1234", b"9999"
MOST_WRONG = 2
"""Wrong PINs of one insertion."""
FAULTS = (Fault.PULL_BEFORE_COMMAND, Fault.PULL_BEFORE_ANSWER)

_KEY = bytes(range(32))
_NOW_S = 1_800_000_000


class PowerCutError(BaseException):
    """The power went here; nothing that comes after it in the program happens."""


class Fuse:
    """Blows after so many steps of disk and card; never, while it is not lit."""

    def __init__(self) -> None:
        self.is_blown = False
        self._steps: int | None = None

    def light(self, steps: int) -> None:
        self._steps = steps

    def burn(self) -> None:
        if self._steps is not None:
            self._steps -= 1
            self.is_blown |= self._steps < 0

    def mend(self) -> None:
        self.is_blown, self._steps = False, None


class _Disk(FakeDisk):
    """A disk under a fuse."""

    def __init__(self, image: Image, fuse: Fuse) -> None:
        super().__init__(image)
        self._fuse = fuse

    def _do(self, step: Step) -> None:
        # The card's fuse may have blown in between; then nothing reaches the disk any more.
        if not self._fuse.is_blown:
            super()._do(step)
            self._fuse.burn()
        self.stop_without_power()

    def stop_without_power(self) -> None:
        if self._fuse.is_blown:
            raise PowerCutError


class _InOneThread:
    """Stands in for a worker: a job is done when it is submitted."""

    def __init__(self, name: str = "") -> None:
        """Has no thread to name."""

    def submit(self, job: Job, on_crash: Job = lambda: None, on_late: Job = lambda: None) -> None:
        job()

    def stop(self, within_s: float = 5.0) -> None:
        """Nothing runs."""


class PinReader:
    """One reader and one card, from a fresh log and a card with any number of tries."""

    def __init__(self, card: SimulatedCard, rng: Random) -> None:
        self._card = card
        self._rng = rng
        self._counter = card._pins[PinName.JPKI_AUTHENTICATION]
        self._counter.tries_left = rng.randint(1, 3)
        self._fuse = Fuse()
        self._posted: list[events.Event] = []
        self._typed = RIGHT
        self._presses = self._sent = self._wrong_here = 0
        self._has_said_yes = False
        self._state: State
        self.is_laid = False
        self.power_cuts = self.last_tries = 0
        self.broken: set[str] = set()
        self._meet_world()
        self._start(Image())

    @property
    def sent(self) -> int:
        """PINs that reached the contacts."""
        return self._sent

    def lay(self) -> None:
        """Lay the card, if it is in the hand."""
        if not self.is_laid:
            self.is_laid, self._wrong_here, self._has_said_yes = True, 0, False
            self._happen(events.CardPlaced(self._rng.randbytes(16)))

    def take(self) -> None:
        """Take the card away; the slot tells it."""
        if self.is_laid:
            self.is_laid = False
            self._card.leave_field()
            self._happen(events.CardRemoved())

    def choose(self) -> None:
        """Choose the PIN."""
        self._happen(events.PinChosen(self._state.turn))

    def press(self, digits: bytes) -> None:
        """Type four digits and confirm them."""
        if isinstance(self._state, EnteringPin):
            self._presses += 1
            self._typed, self._has_said_yes = digits, False
        self._happen(events.PinEntered(self._state.turn))

    def say_yes(self) -> None:
        """Want the last try."""
        self._has_said_yes = isinstance(self._state, ConfirmingLastTry)
        self._happen(events.LastTryConfirmed(self._state.turn))

    def time_out(self) -> None:
        """Let the page's time pass."""
        self._happen(events.TimedOut(self._state.turn))

    def use_elsewhere(self, tries: int) -> None:
        """While the card is away its tries change."""
        if not self.is_laid:
            self._counter.tries_left = tries

    def light_fuse(self, steps: int) -> None:
        """Let the power go after so many steps of disk and card from now."""
        self._fuse.light(steps)

    def cut_power(self) -> None:
        """Let it go now."""
        self._restart()

    def is_of_use(self) -> bool:
        """Whether the card's holder can still be verified, once everything is well."""
        self._fuse.mend()
        self.take()
        self._meet_world()
        self.use_elsewhere(3)
        self._happen(events.TimedOut(self._state.turn))
        for step in (self.lay, self.choose, lambda: self.press(RIGHT)):
            step()
        return isinstance(self._state, ProvingIdentity)

    def end(self) -> None:
        """The program is gone, and with it the thread that talks with its card."""
        self._jobs._close_session()

    def _meet_world(self) -> None:
        """Nothing is about to happen to the card."""
        self._card.physics = Physics()
        self._card.physics.before_command = self._hear

    def _happen(self, event: events.Event) -> None:
        try:
            self._advance(event)
        except PowerCutError:
            self._restart()

    def _advance(self, event: events.Event) -> None:
        self._posted.append(event)
        while self._posted:
            self._state, done = machine.advance(self._state, self._posted.pop(0))
            for effect in done:
                self._perform(effect)
                self._disk.stop_without_power()

    def _perform(self, effect: Effect) -> None:
        match effect:
            case effects.RecogniseCard(turn):
                self._jobs.recognise(turn)
            case effects.VerifyPin(turn):
                self._jobs.verify_pin(turn, Pin(bytearray(self._typed)))
            case effects.RecallPin(turn):
                self._jobs.recall_pin(turn)
            case effects.ForgetPatient():
                self._jobs.forget()
            case effects.KeepRecord(turn):
                self._posted.append(events.RecordKept(turn))

    def _hear(self, command: bytes) -> None:
        if command[1] == VERIFY and len(command) > 5:
            self._judge(command)
        self._fuse.burn()
        if self._fuse.is_blown:
            self._card.physics.fault_at(0, self._rng.choice(FAULTS))

    def _judge(self, command: bytes) -> None:
        self._sent += 1
        self.last_tries += self._counter.tries_left == 1
        self._wrong_here += command[5:9] != RIGHT
        rules: dict[str, Callable[[], bool]] = {
            "a PIN was sent that nobody had confirmed": lambda: self._sent > self._presses,
            "the last try was sent without a yes": lambda: (
                self._counter.tries_left == 1 and not self._has_said_yes
            ),
            "a third wrong PIN was sent in one insertion": lambda: self._wrong_here > MOST_WRONG,
        }
        self.broken.update(rule for rule, is_broken in rules.items() if is_broken())

    def _restart(self) -> None:
        """The card loses its power too, and lies there when the reader comes back."""
        self.power_cuts += 1
        self._fuse.mend()
        self.end()
        self._card.leave_field()
        self._start(crash_now(self._disk, self._rng).image.without_lost_files())
        if self.is_laid:
            self.is_laid = False
            self.lay()

    def _start(self, image: Image) -> None:
        self._posted.clear()
        self._disk = _Disk(image, self._fuse)
        attempts = PinAttempts(self._disk, _KEY, lambda: _NOW_S)
        parts = CardParts(InProcessSlot(self._card), None, None, attempts, NOBODY)
        with (
            patch("device.jobs.card.Worker", _InOneThread),
            patch("device.jobs.card.FrontWorker", _InOneThread),
        ):
            self._jobs = CardJobs(parts, Clock(), self._posted.append)
        self._state, _ = machine.begin()
        self._advance(events.SlotReady())
