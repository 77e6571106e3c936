"""A reader with both PINs of its own, on a fake disk and with a clock that is told."""

from collections.abc import Callable

from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.own_pins import Blocked, Locked, NotSet, OwnPins, OwnPinToken
from device.pinpad.pin import Pin
from tests.device.pinpad.fake_disk import FakeDisk, Image

FACILITY, MAINTENANCE = OwnPinName.FACILITY, OwnPinName.MAINTENANCE
KEY = bytes(range(32))
RIGHT = {FACILITY: b"730581", MAINTENANCE: b"40917263"}
WRONG = b"000000"
LONGEST_WAIT_S = 4095
CHEAP_LOG2 = 1
"""Cost of scrypt where nobody attacks."""

Answer = bool | Blocked | Locked | NotSet


class Clock:
    """CLOCK_BOOTTIME."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def pin(digits: bytes) -> Pin:
    return Pin(bytearray(digits))


class ReaderWithPins:
    """Is started on a disk, and can be started again on what that disk holds now."""

    def __init__(
        self,
        image: Image | None = None,
        key: bytes = KEY,
        make: Callable[..., OwnPins] = OwnPins,
    ) -> None:
        self.clock = Clock()
        self.disk = FakeDisk(image)
        self._make = make
        self.pins = make(self.disk, key, self.clock, cost_log2=CHEAP_LOG2)

    def set_both(self) -> "ReaderWithPins":
        for name, digits in RIGHT.items():
            self.pins.set_pin(name, pin(digits))
        return self

    def restarted(self, key: bytes = KEY) -> "ReaderWithPins":
        return ReaderWithPins(self.disk.now, key, self._make)

    def guess(self, name: OwnPinName, digits: bytes) -> Answer:
        """Both calls, one after the other."""
        answer = self.pins.begin_attempt(name)
        return self.pins.check(answer, pin(digits)) if isinstance(answer, OwnPinToken) else answer

    def wait(self, s: float = LONGEST_WAIT_S) -> None:
        self.clock.s += s

    def failures(self, name: OwnPinName) -> int:
        return self.pins._count.of(name).failures
