"""A reader's jobs with a simulated card in this process, and everything they say."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from device.clock import Clock
from device.jobs.card import CardJobs, CardParts
from device.pinpad.attempts import PinAttempts
from device.pinpad.pin import Pin
from device.reader.card_files import CardFiles
from device.reader.errors import (
    PinlessUnavailableError,
    ReadingStoppedError,
)
from device.reader.pinless import PinlessAuthenticator
from device.reader.port import CardConnection, SlotListener
from device.reader.printed_code import PrintedCode
from device.reader.record_anchors import RecordAnchors
from device.visit import events
from hostlink.terms import FailureCode
from tests.device.pinpad.fake_disk import FakeDisk
from tests.device.posted import LONGEST_WAIT_S, Posted, finish
from tests.device.reader.laid_cards import InProcessSlot
from tests.device.reader.visit_steps import CHALLENGE, CODE, NOBODY
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.trace import VERIFY

TURN = 11
KEY = bytes(range(32))
RIGHT, WRONG = b"1234", b"9999"
NOW_S = 1_800_000_000
_TOLD_MS = 1_795_824_000_000
"""28 November 2026."""


class Front:
    """Reads what is printed, or fails as it is told."""

    def __init__(self) -> None:
        self.code = CODE
        self.error: Exception | None = None
        self.asked: list[date | None] = []
        self.is_clear = threading.Event()
        self.is_clear.set()
        self.sees = FailureCode.SEVERAL_CARDS
        self.is_closed = False

    def read_printed_code(self, expiry: date | None, is_stopped: Callable[[], bool]) -> PrintedCode:
        self.asked.append(expiry)
        while not self.is_clear.wait(0.001):
            if is_stopped():
                raise ReadingStoppedError
        if self.error:
            raise self.error
        return self.code

    def explain_silence(self) -> FailureCode:
        if self.error:
            raise self.error
        return self.sees

    def close(self) -> None:
        self.is_closed = True


class Untrusted:
    """A terminal that no card trusts."""

    def unlock(self, files: CardFiles) -> None:
        raise PinlessUnavailableError


class Slot(InProcessSlot):
    """The slot of the simulated card, which can also break."""

    error: Exception | None = None

    def connect(self) -> CardConnection:
        if self.error:
            raise self.error
        return super().connect()

    def watch(self, listener: SlotListener) -> None:
        """Nobody asks."""


def attempts_on(disk: FakeDisk) -> PinAttempts:
    return PinAttempts(disk, KEY, lambda: NOW_S)


@dataclass
class Bench:
    card: SimulatedCard
    make_attempts: Callable[[FakeDisk], PinAttempts] = attempts_on
    disk: FakeDisk = field(default_factory=FakeDisk)
    front: Front | None = field(default_factory=Front)
    posted: Posted = field(default_factory=Posted)
    anchors: RecordAnchors = NOBODY
    terminal: PinlessAuthenticator | None = field(default_factory=Untrusted)
    is_power_failing: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        self.slot = Slot(self.card)
        self.clock = Clock()
        self.clock.set_from_agent(_TOLD_MS)
        parts = CardParts(
            self.slot,
            self.front,
            self.terminal,
            self.make_attempts(self.disk),
            self.anchors,
            self.is_power_failing,
        )
        self.jobs = CardJobs(parts, self.clock, self.posted)

    def forget_time(self) -> None:
        """As if no agent had told it."""
        self.clock._told = None

    def recognise(self, turn: int = TURN) -> events.Event:
        self.jobs.recognise(turn)
        return self.posted.next()

    def count(self) -> int | None:
        """The tries left, as the card is laid down anew."""
        self.jobs.forget()
        answer = self.recognise()
        assert isinstance(answer, events.CardRecognised)
        return answer.pin_tries_left

    def photo(self) -> bytes:
        return self.jobs.read_photo().result(LONGEST_WAIT_S)

    def verify(self, digits: bytes, turn: int = TURN) -> events.Event:
        """Send a PIN; whatever comes of it, its buffer is empty afterwards."""
        buffer = bytearray(digits)
        self.jobs.verify_pin(turn, Pin(buffer))
        answer = self.posted.next()
        self.finish()
        assert bytes(buffer) == bytes(len(digits))
        return answer

    def sign(self, *, is_after_face: bool = False) -> events.Event:
        self.jobs.sign(TURN, CHALLENGE, is_after_face=is_after_face)
        return self.posted.next()

    def finish(self) -> None:
        finish(self.jobs._front_worker)
        finish(self.jobs._worker)

    @property
    def pins_sent(self) -> int:
        return len(self.card.trace.presented_pins())


Lay = Callable[..., Bench]


def commands_of(bench: Bench, act: Callable[[], object]) -> list[bytes]:
    """What the card is sent while somebody acts."""
    bench.finish()
    bench.card.trace.clear()
    act()
    bench.finish()
    return [exchange.command for exchange in bench.card.trace.exchanges]


def read_ahead(bench: Bench) -> None:
    """The patient looks at the choices until everything was read."""
    bench.recognise()
    bench.jobs.read_ahead()
    bench.finish()


def failed(failure: FailureCode) -> events.JobFailed:
    return events.JobFailed(TURN, failure)


def wait_for(event: threading.Event) -> None:
    assert event.wait(LONGEST_WAIT_S)


def is_sent_pin(command: bytes) -> bool:
    return command[1] == VERIFY and len(command) > 5
