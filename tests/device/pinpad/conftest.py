import pytest

from device.pinpad.attempts import PinAttempts
from tests.device.pinpad.attempt_log import KEY, Clock
from tests.device.pinpad.fake_disk import FakeDisk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def disk() -> FakeDisk:
    return FakeDisk()


@pytest.fixture
def attempts(disk: FakeDisk, clock: Clock) -> PinAttempts:
    return PinAttempts(disk, KEY, clock)
