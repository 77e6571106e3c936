"""The reader's own PINs: what is right, wrong, blocked for a while, or locked."""

import pytest

from device.pinpad.errors import (
    AttemptLogError,
    AttemptSettledError,
    OwnPinUnsuitableError,
    PinStaleError,
)
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.own_pins import Blocked, NotSet, OwnPins, OwnPinToken
from device.pinpad.own_pins.policy import OwnPinPolicy
from device.pinpad.pin import Pin
from tests.device.pinpad.fake_disk import FakeDisk
from tests.device.pinpad.own_pins.reader import (
    CHEAP_LOG2,
    FACILITY,
    KEY,
    LONGEST_WAIT_S,
    MAINTENANCE,
    RIGHT,
    WRONG,
    Clock,
    ReaderWithPins,
    pin,
)


@pytest.fixture
def reader() -> ReaderWithPins:
    return ReaderWithPins().set_both()


# --- right and wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OwnPinName)
def test_each_pin_is_right_for_itself_alone_and_after_a_restart(
    reader: ReaderWithPins, name: OwnPinName
) -> None:
    other = RIGHT[MAINTENANCE if name is FACILITY else FACILITY]
    assert reader.guess(name, RIGHT[name]) is True
    assert reader.guess(name, other) is False
    assert reader.restarted().failures(name) == 1
    again = reader.restarted()
    again.wait()
    assert again.guess(name, RIGHT[name]) is True
    assert again.failures(name) == 0


@pytest.mark.parametrize("near", [b"", b"73058", b"7305810", b"730582", b"\x007305"])
def test_nothing_near_it_is_right(reader: ReaderWithPins, near: bytes) -> None:
    assert reader.guess(FACILITY, near) is False


def test_a_pin_that_was_never_set_is_said_to_be_so_and_nothing_is_counted() -> None:
    reader = ReaderWithPins()
    assert reader.guess(FACILITY, WRONG) == NotSet()
    reader.pins.set_pin(FACILITY, pin(RIGHT[FACILITY]))
    assert reader.guess(FACILITY, RIGHT[FACILITY]) is True
    assert reader.guess(MAINTENANCE, RIGHT[MAINTENANCE]) == NotSet()


def test_setting_a_pin_anew_ends_the_old_one_its_guesses_and_leaves_the_other(
    reader: ReaderWithPins,
) -> None:
    reader.guess(FACILITY, WRONG)
    reader.guess(MAINTENANCE, WRONG)
    reader.pins.set_pin(FACILITY, pin(b"112233"))
    for each in (reader, reader.restarted()):
        assert (each.failures(FACILITY), each.failures(MAINTENANCE)) == (0, 1)
    assert reader.guess(FACILITY, b"112233") is True
    assert reader.guess(FACILITY, RIGHT[FACILITY]) is False


@pytest.mark.parametrize("digits", [b"", b"12345", b"12345a", b"1" * 33, "１２３４５６".encode()])
def test_an_unsuitable_pin_is_refused_without_being_repeated(
    reader: ReaderWithPins, digits: bytes
) -> None:
    steps = len(reader.disk.steps)
    with pytest.raises(OwnPinUnsuitableError, match="6 to 32 digits") as refused:
        reader.pins.set_pin(FACILITY, pin(digits))
    assert not digits or digits.decode() not in str(refused.value)
    assert len(reader.disk.steps) == steps
    assert reader.guess(FACILITY, RIGHT[FACILITY]) is True


def test_what_was_typed_is_wiped_whatever_happens(reader: ReaderWithPins) -> None:
    typed = [bytearray(each) for each in (RIGHT[FACILITY], WRONG, b"112233", b"1")]
    for digits in typed[:2]:
        token = reader.pins.begin_attempt(FACILITY)
        assert isinstance(token, OwnPinToken)
        reader.pins.check(token, Pin(digits))
    reader.pins.set_pin(FACILITY, Pin(typed[2]))
    with pytest.raises(OwnPinUnsuitableError):
        reader.pins.set_pin(FACILITY, Pin(typed[3]))
    assert not any(map(any, typed))


# --- no comparison without a count ----------------------------------------------------------------


def test_types_forbid_a_check_without_an_attempt(reader: ReaderWithPins) -> None:
    """The types refuse both lines, and says so if one day it does not."""
    with pytest.raises(AttemptSettledError):
        reader.pins.check(None, pin(WRONG))  # type: ignore[arg-type]
    reader.guess(FACILITY, WRONG)
    with pytest.raises(AttemptSettledError):
        reader.pins.check(reader.pins.begin_attempt(FACILITY), pin(WRONG))  # type: ignore[arg-type]


def test_a_token_is_good_for_one_guess_the_latest_and_from_nowhere_else(
    reader: ReaderWithPins,
) -> None:
    older = reader.pins.begin_attempt(FACILITY)
    reader.wait()
    token = reader.pins.begin_attempt(FACILITY)
    assert isinstance(older, OwnPinToken)
    assert isinstance(token, OwnPinToken)
    for forged in (older, OwnPinToken(FACILITY)):
        with pytest.raises(AttemptSettledError):
            reader.pins.check(forged, pin(RIGHT[FACILITY]))
    assert reader.pins.check(token, pin(RIGHT[FACILITY]))
    with pytest.raises(AttemptSettledError):
        reader.pins.check(token, pin(RIGHT[FACILITY]))


def test_a_pin_typed_too_long_ago_stays_a_counted_guess(reader: ReaderWithPins) -> None:
    token = reader.pins.begin_attempt(FACILITY)
    assert isinstance(token, OwnPinToken)
    with pytest.raises(PinStaleError):
        reader.pins.check(token, Pin(bytearray(RIGHT[FACILITY]), is_fresh=lambda: False))
    assert reader.restarted().failures(FACILITY) == 1


@pytest.mark.parametrize("call", ["append", "sync", "read"])
def test_a_disk_that_fails_allows_no_comparison_now_or_later(
    reader: ReaderWithPins, call: str
) -> None:
    reader.disk.failing = {call}
    with pytest.raises(AttemptLogError):
        reader.pins.begin_attempt(FACILITY)
    reader.disk.failing = set()
    with pytest.raises(AttemptLogError):
        reader.pins.begin_attempt(MAINTENANCE)


def test_a_right_pin_that_cannot_be_written_down_does_not_count(reader: ReaderWithPins) -> None:
    token = reader.pins.begin_attempt(FACILITY)
    assert isinstance(token, OwnPinToken)
    reader.disk.failing = {"append"}
    with pytest.raises(AttemptLogError):
        reader.pins.check(token, pin(RIGHT[FACILITY]))
    assert reader.restarted().failures(FACILITY) == 1


# --- waiting --------------------------------------------------------------------------------------


def test_each_wrong_guess_makes_the_next_wait_longer_and_is_another_answer(
    reader: ReaderWithPins,
) -> None:
    for failures in range(1, 15):
        assert reader.guess(FACILITY, WRONG) is False
        wait_s = min(2**failures - 1, LONGEST_WAIT_S)
        until = Blocked(reader.clock.s + wait_s)
        assert reader.guess(FACILITY, RIGHT[FACILITY]) == until
        reader.wait(wait_s - 0.1)
        assert reader.guess(FACILITY, RIGHT[FACILITY]) == until
        reader.wait(0.2)
        assert reader.failures(FACILITY) == failures, "being blocked costs nothing"
    assert reader.guess(FACILITY, RIGHT[FACILITY]) is True
    assert reader.guess(FACILITY, RIGHT[FACILITY]) is True


def test_the_wait_begins_when_the_guess_is_known_to_be_wrong(reader: ReaderWithPins) -> None:
    token = reader.pins.begin_attempt(FACILITY)
    assert isinstance(token, OwnPinToken)
    reader.wait(60)
    assert reader.pins.check(token, pin(WRONG)) is False
    assert reader.pins.begin_attempt(FACILITY) == Blocked(reader.clock.s + 1)


def test_the_wait_of_one_pin_is_not_that_of_the_other(reader: ReaderWithPins) -> None:
    for _ in range(5):
        reader.guess(FACILITY, WRONG)
        reader.wait(40)
    reader.guess(FACILITY, WRONG)
    assert reader.guess(MAINTENANCE, RIGHT[MAINTENANCE]) is True


def test_a_restart_begins_the_wait_anew(reader: ReaderWithPins) -> None:
    for _ in range(3):
        reader.guess(FACILITY, WRONG)
        reader.wait(7)
    reader.wait(1_000_000)
    after = reader.restarted()
    assert after.guess(FACILITY, RIGHT[FACILITY]) == Blocked(after.clock.s + 7)
    after.wait(7)
    assert after.guess(FACILITY, RIGHT[FACILITY]) is True


def test_a_right_maintenance_pin_releases_the_facility_password(reader: ReaderWithPins) -> None:
    for _ in range(12):
        reader.guess(FACILITY, WRONG)
        reader.wait()
    assert reader.guess(MAINTENANCE, RIGHT[MAINTENANCE]) is True
    assert reader.failures(FACILITY) == reader.restarted().failures(FACILITY) == 0
    assert reader.guess(FACILITY, RIGHT[FACILITY]) is True


def test_another_policy_touches_neither_pins_nor_counts(reader: ReaderWithPins) -> None:
    reader.guess(FACILITY, WRONG)
    policy = OwnPinPolicy(
        least_digits={FACILITY: 12, MAINTENANCE: 12}, most_digits=12, most_doublings=2
    )
    clock = Clock()
    pins = OwnPins(FakeDisk(reader.disk.now), KEY, clock, policy, cost_log2=CHEAP_LOG2 + 1)
    assert pins.begin_attempt(FACILITY) == Blocked(clock.s + 1)
    clock.s += 1
    token = pins.begin_attempt(FACILITY)
    assert isinstance(token, OwnPinToken)
    assert pins.check(token, pin(RIGHT[FACILITY]))


# --- on the disk ----------------------------------------------------------------------------------


def test_a_long_log_is_rewritten_and_keeps_both_counts(
    reader: ReaderWithPins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.pinpad.own_pins.guess_count.MAX_LOG_BYTES", 200)
    reader.guess(MAINTENANCE, WRONG)
    for failures in range(1, 40):
        assert reader.guess(FACILITY, WRONG) is False
        assert len(reader.disk.read("own_pins.log") or b"") <= 200
        after = reader.restarted()
        assert (after.failures(FACILITY), after.failures(MAINTENANCE)) == (failures, 1)
        reader.wait()


def test_no_digit_is_on_the_disk(reader: ReaderWithPins) -> None:
    reader.guess(FACILITY, b"918273")
    kept = b"".join(map(bytes, reader.disk.now.files.values()))
    for digits in (*RIGHT.values(), b"918273"):
        assert digits not in kept
