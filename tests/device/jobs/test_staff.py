"""What staff type is compared with the facility password, counted first, and tells only so much."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.jobs.staff import StaffJobs
from device.pinpad.disk import FolderDisk
from device.pinpad.errors import AttemptLogError
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.own_pins import Blocked, Locked, OwnPins
from device.pinpad.pin import Pin
from device.visit import events
from hostlink.terms import FailureCode
from tests.device.posted import Posted

TURN = 6
RIGHT = b"730581"
CHEAP = 4
"""Of scrypt: a test needs no slow guess."""


class Bench:
    def __init__(self, folder: Path) -> None:
        self.now_s = 1_000.0
        self.pins = OwnPins(FolderDisk(folder), bytes(32), lambda: self.now_s, cost_log2=CHEAP)
        self.posted = Posted()
        self.jobs = StaffJobs(self.pins, self.posted, lambda: self.now_s)

    def check(self, digits: bytes) -> events.Event:
        typed = Pin(bytearray(digits))
        self.jobs.check(TURN, typed)
        return self.posted.next()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.pins.set_pin(OwnPinName.FACILITY, Pin(bytearray(RIGHT)))
    yield made
    assert made.jobs.stop()


def test_the_right_password_opens(bench: Bench) -> None:
    assert bench.check(RIGHT) == events.StaffPasswordAccepted(TURN)


def test_a_wrong_one_makes_the_next_wait_and_the_right_one_too(bench: Bench) -> None:
    assert bench.check(b"000000") == events.StaffPasswordRejected(TURN, True, 1)
    assert bench.check(RIGHT) == events.StaffPasswordRejected(TURN, False, 1)
    bench.now_s += 1
    assert bench.check(b"111111") == events.StaffPasswordRejected(TURN, True, 3)
    bench.now_s += 3
    assert bench.check(RIGHT) == events.StaffPasswordAccepted(TURN)


def test_without_a_password_staff_confirm_nobody(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.check(RIGHT) == events.JobFailed(TURN, FailureCode.STAFF_CHECK_LOCKED)
    bench.jobs.stop()


def test_a_guess_that_cannot_be_counted_is_not_compared(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.pins, "begin_attempt", nothing_is_compared)
    answer = bench.check(RIGHT)
    assert answer == events.JobFailed(TURN, FailureCode.STORAGE_UNAVAILABLE)


def nothing_is_compared(_: OwnPinName) -> None:
    raise AttemptLogError


def crash(_: OwnPinName) -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    "begin_attempt",
    [None, nothing_is_compared, crash, lambda _: Blocked(2_000.0), lambda _: Locked()],
    ids=["compared", "not counted", "crash", "blocked", "locked"],
)
def test_what_was_typed_is_wiped_whatever_becomes_of_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, begin_attempt: object
) -> None:
    if begin_attempt:
        monkeypatch.setattr(bench.pins, "begin_attempt", begin_attempt)
    digits = bytearray(b"000000")
    bench.jobs.check(TURN, Pin(digits))
    bench.posted.next()
    assert bench.jobs.stop()
    assert digits == bytes(6)


def test_a_locked_password_and_a_crash_are_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.pins, "begin_attempt", lambda _: Locked())
    assert bench.check(RIGHT) == events.JobFailed(TURN, FailureCode.STAFF_CHECK_LOCKED)
    monkeypatch.setattr(bench.pins, "begin_attempt", crash)
    assert bench.check(RIGHT) == events.JobFailed(TURN, FailureCode.INTERNAL)
