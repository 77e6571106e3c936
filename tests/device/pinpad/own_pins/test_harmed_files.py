"""Files that are lost, emptied or changed: never a count from zero, and always a way back."""

from collections.abc import Callable

import pytest

from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.own_pins import Blocked, Locked, NotSet
from tests.device.pinpad.own_pins.reader import (
    FACILITY,
    LONGEST_WAIT_S,
    MAINTENANCE,
    RIGHT,
    WRONG,
    ReaderWithPins,
    pin,
)

LOGS = ("own_pins.log", "own_pins.log.copy")
VERIFIERS = ("own_pins.verifiers", "own_pins.verifiers.copy")


@pytest.fixture
def reader() -> ReaderWithPins:
    return ReaderWithPins().set_both()


def lose(reader: ReaderWithPins, names: tuple[str, ...]) -> None:
    for name in names:
        reader.disk.remove(name)


def change(reader: ReaderWithPins, names: tuple[str, ...]) -> None:
    for name in names:
        reader.disk.now.files[reader.disk.now.names[name]][6] ^= 1


def empty(reader: ReaderWithPins, names: tuple[str, ...]) -> None:
    for name in names:
        reader.disk.truncate(name, 0)


Harm = Callable[[ReaderWithPins, tuple[str, ...]], None]
HARM = pytest.mark.parametrize("harm", [lose, change, empty])


@HARM
@pytest.mark.parametrize("name", [*LOGS, *VERIFIERS])
def test_one_harmed_file_changes_nothing(reader: ReaderWithPins, harm: Harm, name: str) -> None:
    reader.guess(FACILITY, WRONG)
    harm(reader, (name,))
    after = reader.restarted()
    assert (after.failures(FACILITY), after.failures(MAINTENANCE)) == (1, 0)
    after.wait(1)
    assert after.guess(FACILITY, RIGHT[FACILITY]) is True


@HARM
def test_with_both_logs_harmed_it_is_locked_never_zero_and_maintenance_recovers_it(
    reader: ReaderWithPins, harm: Harm
) -> None:
    reader.guess(FACILITY, WRONG)
    harm(reader, LOGS)
    reader = reader.restarted().restarted()
    assert reader.guess(FACILITY, RIGHT[FACILITY]) == Locked()
    reader.wait(LONGEST_WAIT_S - 1)
    assert reader.guess(MAINTENANCE, RIGHT[MAINTENANCE]) == Blocked(reader.clock.s + 1)
    reader.wait(1)
    assert reader.guess(MAINTENANCE, WRONG) is False
    reader.wait()
    assert reader.guess(FACILITY, RIGHT[FACILITY]) == Locked()
    assert reader.guess(MAINTENANCE, RIGHT[MAINTENANCE]) is True
    assert reader.restarted().guess(FACILITY, RIGHT[FACILITY]) is True


@HARM
def test_a_lock_also_ends_where_the_pin_is_set_anew(reader: ReaderWithPins, harm: Harm) -> None:
    harm(reader, LOGS)
    after = reader.restarted()
    after.pins.set_pin(FACILITY, pin(b"112233"))
    assert after.restarted().guess(FACILITY, b"112233") is True


@HARM
def test_harmed_verifiers_accept_nothing_until_they_are_set_anew(
    reader: ReaderWithPins, harm: Harm
) -> None:
    harm(reader, VERIFIERS)
    after = reader.restarted()
    for name in OwnPinName:
        assert after.guess(name, RIGHT[name]) in (Locked(), NotSet())
    after.set_both()
    for name in OwnPinName:
        assert after.restarted().guess(name, RIGHT[name]) is True


def test_files_of_another_reader_are_locked_and_can_be_set_anew(reader: ReaderWithPins) -> None:
    after = reader.restarted(key=bytes(32))
    for name in OwnPinName:
        assert after.guess(name, RIGHT[name]) == Locked()
    after.set_both()
    assert after.guess(FACILITY, RIGHT[FACILITY]) is True
