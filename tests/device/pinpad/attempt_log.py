"""The attempt log of a reader that can be started again, and a clock that is told."""

from device.pinpad.attempts import PinAttempts
from tests.device.pinpad.fake_disk import FakeDisk

KEY = bytes(range(32))
CARD = b"certificate of card A"
OTHER_CARD = b"certificate of card B"
LOG = "pin_attempts.log"
RECORD_BYTES = 40


class Clock:
    def __init__(self) -> None:
        self.s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.s


def restarted(disk: FakeDisk, clock: Clock) -> PinAttempts:
    return PinAttempts(FakeDisk(disk.now), KEY, clock)
