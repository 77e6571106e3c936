"""Typed digits of the printed code stay at their desk, and only believable ones leave it."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from device.jobs.printed_code import LENGTH, PAD, PrintedCodeDesk
from device.visit import events
from tests.device.fake_screen import FakeScreen
from tests.device.posted import Posted

TURN = 5
EXPIRY = date(2035, 3, 14)
RIGHT = "33031420354821"


class Bench:
    def __init__(self) -> None:
        self.screen = FakeScreen()
        self.posted = Posted()
        self.desk = PrintedCodeDesk(self.screen, self.posted)

    def type(self, digits: str, turn: int = TURN) -> None:
        for digit in digits:
            self.desk.press(turn, PAD.index(digit))

    @property
    def shown(self) -> tuple[int, str, bool]:
        return self.screen.codes[-1]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    assert made.desk.open(TURN, EXPIRY) == PAD
    yield made
    made.desk.forget()


def test_fourteen_digits_confirmed_wait_for_their_one_use(bench: Bench) -> None:
    bench.type(RIGHT)
    bench.desk.confirm(TURN)
    assert bench.posted.events == [events.PrintedCodeEntered(TURN)]
    assert [digits for _, digits, _ in bench.screen.codes] == [
        RIGHT[:count] for count in range(1, LENGTH + 1)
    ]
    code = bench.desk.take()
    assert code is not None
    assert code.reference() == RIGHT.encode()
    assert bench.desk.take() is None


def test_the_pad_is_not_shuffled() -> None:
    assert "".join(PAD) == "1234567890"


@pytest.mark.parametrize("count", [0, 1, 13])
def test_confirming_fewer_digits_does_nothing(bench: Bench, count: int) -> None:
    bench.type(RIGHT[:count])
    bench.desk.confirm(TURN)
    assert bench.posted.events == []
    assert not any(is_doubted for _, _, is_doubted in bench.screen.codes)
    bench.type(RIGHT[count:])
    bench.desk.confirm(TURN)
    assert bench.posted.events == [events.PrintedCodeEntered(TURN)]


@pytest.mark.parametrize(
    "digits",
    [
        "33031420364821",  # another card's year of expiry
        "33131420354821",  # month 13
        "33033220354821",  # day 32
        "33031419994821",  # no card expired so early
    ],
)
def test_what_this_card_cannot_bear_is_doubted_and_stays_to_be_mended(
    bench: Bench, digits: str
) -> None:
    bench.type(digits)
    bench.desk.confirm(TURN)
    assert (bench.posted.events, bench.shown) == ([], (TURN, digits, True))
    assert bench.desk.take() is None
    bench.desk.open(TURN, EXPIRY)
    bench.type(digits)
    for _ in range(LENGTH):
        bench.desk.erase(TURN)
    bench.type(RIGHT)
    assert bench.shown == (TURN, RIGHT, False)
    bench.desk.confirm(TURN)
    assert bench.posted.events == [events.PrintedCodeEntered(TURN)]


def test_where_the_card_told_no_date_any_year_is_taken() -> None:
    bench = Bench()
    bench.desk.open(TURN, None)
    bench.type("33031420364821")
    bench.desk.confirm(TURN)
    assert bench.posted.events == [events.PrintedCodeEntered(TURN)]


@pytest.mark.parametrize("turn", [TURN - 1, TURN + 1])
def test_keys_of_another_turn_do_nothing(bench: Bench, turn: int) -> None:
    bench.type(RIGHT)
    before = list(bench.screen.codes)
    bench.type("9", turn=turn)
    bench.desk.erase(turn)
    bench.desk.confirm(turn)
    assert (bench.screen.codes, bench.posted.events) == (before, [])


def test_a_fifteenth_digit_and_the_empty_places_change_nothing(bench: Bench) -> None:
    bench.type(RIGHT + "9")
    for position in (9, 11, 12, -1, 99):
        bench.desk.press(TURN, position)
    assert bench.shown == (TURN, RIGHT, False)


def test_what_is_used_is_what_was_confirmed(bench: Bench) -> None:
    bench.type(RIGHT)
    bench.desk.confirm(TURN)
    bench.desk.erase(TURN)
    bench.type("9")
    bench.desk.confirm(TURN)
    assert bench.posted.events == [events.PrintedCodeEntered(TURN)]
    code = bench.desk.take()
    assert code is not None
    assert code.reference() == RIGHT.encode()


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_forgetting_drops_it(bench: Bench, is_confirmed: bool) -> None:
    bench.type(RIGHT)
    if is_confirmed:
        bench.desk.confirm(TURN)
    bench.desk.forget()
    assert bench.desk.take() is None
    assert leaks(vars(bench.desk)) == []
    bench.type(RIGHT)
    bench.desk.confirm(TURN)
    assert bench.desk.take() is None


def leaks(held: object) -> list[str]:
    """The digits, or a part of the code, in what something holds or prints."""
    plain = re.sub("0x[0-9a-f]+", "", repr(held))
    return [part for part in (RIGHT, RIGHT[:6], RIGHT[6:10], RIGHT[10:]) if part in plain]


def test_nothing_of_it_prints(bench: Bench) -> None:
    bench.type(RIGHT)
    assert leaks((bench.desk, bench.posted.events)) == []
    assert leaks(vars(bench.desk)), "the test would see digits that print"
    bench.desk.confirm(TURN)
    assert leaks((bench.desk, bench.posted.events, bench.desk.take())) == []
