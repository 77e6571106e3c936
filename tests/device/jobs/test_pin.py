"""Digits count only for the turn that asks for them, go out once, and leave nothing behind."""

import re
from collections.abc import Iterator

import pytest

from device.jobs.pin import PinDesk
from device.pinpad.entry import MAX_AGE_S, PinEntry
from device.visit import events
from tests.device.fake_screen import FakeScreen
from tests.device.posted import Posted

TURN = 5
PAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "")


class Bench:
    def __init__(self) -> None:
        self.now_s = 100.0
        self.entry = PinEntry(lambda: self.now_s, shuffle=False)
        self.screen = FakeScreen()
        self.posted = Posted()
        self.desk = PinDesk(self.entry, self.screen, self.posted)

    def type(self, *positions: int, turn: int = TURN) -> None:
        for position in positions:
            self.desk.press(turn, position)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    assert made.desk.open(TURN) == PAD
    yield made
    made.desk.forget()


def digits(bench: Bench) -> bytes | None:
    pin = bench.desk.take()
    return bytes(pin.digits()) if pin else None


def test_four_digits_confirmed_wait_for_their_one_use(bench: Bench) -> None:
    bench.type(0, 1, 2, 10)
    bench.desk.confirm(TURN)
    assert bench.posted.events == [events.PinEntered(TURN)]
    assert bench.screen.lengths == [(TURN, n) for n in (1, 2, 3, 4)]
    assert digits(bench) == b"1230"
    assert digits(bench) is None


def test_screen_and_keypad_fill_the_same_pin(bench: Bench) -> None:
    bench.type(8)
    bench.desk.type_digit(0)
    bench.type(7)
    bench.desk.type_digit(7)
    assert digits(bench) == b"9087"


@pytest.mark.parametrize("turn", [TURN - 1, TURN + 1])
def test_keys_of_another_turn_do_nothing(bench: Bench, turn: int) -> None:
    bench.type(0, 1, 2, 3)
    before = list(bench.screen.lengths)
    bench.type(4, turn=turn)
    bench.desk.erase(turn)
    bench.desk.confirm(turn)
    assert (bench.screen.lengths, bench.posted.events) == (before, [])
    assert digits(bench) == b"1234"


@pytest.mark.parametrize("count", range(4))
def test_confirming_fewer_than_four_digits_does_nothing(bench: Bench, count: int) -> None:
    bench.type(*range(count))
    bench.desk.confirm(TURN)
    assert bench.posted.events == []
    bench.type(*range(count, 4))
    bench.desk.confirm(TURN)
    assert bench.posted.events == [events.PinEntered(TURN)]


def test_erasing_takes_the_last_digit_back(bench: Bench) -> None:
    bench.type(0, 1)
    bench.desk.erase(TURN)
    bench.type(2, 3, 4)
    assert digits(bench) == b"1345"


def test_what_is_sent_is_what_was_confirmed(bench: Bench) -> None:
    """On the page of the last try the keypad still lies before the patient."""
    bench.type(0, 1, 2, 3)
    bench.desk.confirm(TURN)
    assert bench.desk.turn is None
    bench.desk.erase(TURN)
    bench.desk.type_digit(9)
    bench.type(8)
    bench.desk.confirm(TURN)
    assert bench.posted.events == [events.PinEntered(TURN)]
    assert digits(bench) == b"1234"


def test_positions_beside_the_digits_do_nothing(bench: Bench) -> None:
    bench.type(9, 11, -1, 12, 99)
    assert digits(bench) is None
    assert {entered for _, entered in bench.screen.lengths} == {0}


def test_an_old_pin_is_not_handed_over(bench: Bench) -> None:
    bench.type(0, 1, 2, 3)
    bench.now_s += MAX_AGE_S + 1
    assert digits(bench) is None
    assert bytes(bench.entry._buffer) == bytes(4)


def test_an_incomplete_pin_is_wiped_when_it_is_wanted(bench: Bench) -> None:
    bench.type(0, 1)
    assert digits(bench) is None
    assert bytes(bench.entry._buffer) == bytes(4)


def test_forgetting_wipes_and_closes(bench: Bench) -> None:
    buffer = bench.entry._buffer
    bench.type(0, 1, 2, 3)
    assert bytes(buffer) == b"1234"
    bench.desk.forget()
    assert bytes(buffer) == bytes(4)
    bench.type(0, 1, 2, 3)
    bench.desk.type_digit(1)
    bench.desk.confirm(TURN)
    assert (bench.posted.events, digits(bench)) == ([], None)


def test_opening_again_starts_from_zero(bench: Bench) -> None:
    bench.type(0, 1, 2)
    bench.desk.open(TURN + 2)
    bench.type(0, 1, 2, 3)
    bench.type(3, 2, 1, 0, turn=TURN + 2)
    assert digits(bench) == b"4321"


def test_nothing_of_it_prints(bench: Bench) -> None:
    bench.type(0, 1, 2, 3)
    shown = re.sub("0x[0-9a-f]+", "", repr((bench.desk, bench.entry, bench.desk.take())))
    assert not re.search("[1-4]", shown)
