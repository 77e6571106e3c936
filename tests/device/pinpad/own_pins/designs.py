"""The reader's own PINs as the harness of power cuts plays them, and designs wrong on purpose."""

from device.pinpad.own_pins.guess_count import CountKind
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.own_pins import OwnPins, OwnPinToken
from device.pinpad.pin import Pin
from tests.device.pinpad.bad_counters import HastyLog
from tests.device.pinpad.fake_disk import FakeDisk
from tests.device.pinpad.own_pins.reader import (
    CHEAP_LOG2,
    FACILITY,
    KEY,
    LONGEST_WAIT_S,
    RIGHT,
    WRONG,
    Clock,
    pin,
)
from tests.device.pinpad.power_cuts import World


class Staff:
    """The product's own, played with the facility password; its waits are waited out."""

    def __init__(self, disk: FakeDisk, world: World) -> None:
        self._world = world
        self._clock = Clock()
        self._pins = self._make(disk)
        if self._pins._verifiers.of(FACILITY) is None:
            self._pins.set_pin(FACILITY, pin(RIGHT[FACILITY]))

    def _make(self, disk: FakeDisk) -> OwnPins:
        return Compared(disk, self._clock, self._world)

    def guess(self) -> None:
        self._clock.s += LONGEST_WAIT_S
        token = self._pins.begin_attempt(FACILITY)
        if isinstance(token, OwnPinToken):
            self._pins.check(token, self._typed())

    def tries_left(self) -> int | None:
        return self._world.limit - self._pins._count.of(FACILITY).failures

    def ask(self) -> None:
        """Nobody else knows."""

    def _typed(self) -> Pin:
        return pin(RIGHT[FACILITY] if self._world.next_is_right else WRONG)


class Compared(OwnPins):
    """Lets the world see each comparison."""

    def __init__(self, disk: FakeDisk, clock: Clock, world: World) -> None:
        super().__init__(disk, KEY, clock, cost_log2=CHEAP_LOG2)
        self._world = world

    def _is_right(self, name: OwnPinName, digits: bytearray) -> bool:
        is_right = super()._is_right(name, digits)
        assert self._world.compare() is is_right
        return is_right


class ComparesFirst(Staff):
    """Wrong on purpose: counts when it knows that the guess was wrong."""

    def guess(self) -> None:
        is_right = self._pins._is_right(FACILITY, self._typed().digits())
        failures = self._pins._count.of(FACILITY).failures
        kind = CountKind.ACCEPTED if is_right else CountKind.ATTEMPT
        self._pins._count.note(kind, FACILITY, 0 if is_right else failures + 1)


class AcceptsFirst(Staff):
    """Wrong on purpose: begins by writing what it hopes for."""

    def guess(self) -> None:
        failures = self._pins._count.of(FACILITY).failures
        self._pins._count.note(CountKind.ACCEPTED, FACILITY, 0)
        if not self._pins._is_right(FACILITY, self._typed().digits()):
            self._pins._count.note(CountKind.ATTEMPT, FACILITY, failures + 1)


class ComparesAgain(Staff):
    """Wrong on purpose: goes on after a start with the guess that the power cut short."""

    def __init__(self, disk: FakeDisk, world: World) -> None:
        super().__init__(disk, world)
        if self._pins._count.of(FACILITY).kind is CountKind.ATTEMPT:
            world.compare()


class RewritesInHaste(Staff):
    """Wrong on purpose: waits for no disk when it rewrites the log."""

    def _make(self, disk: FakeDisk) -> OwnPins:
        pins = super()._make(disk)
        pins._count._log.__class__ = HastyLog
        return pins
