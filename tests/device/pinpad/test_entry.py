import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.pinpad.entry import PAD_POSITIONS, PinEntry
from device.pinpad.errors import PinIncompleteError, PinStaleError
from device.pinpad.pin import Pin


class Clock:
    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def entry(clock: Clock) -> PinEntry:
    return PinEntry(clock, shuffle=False)


def type_pin(entry: PinEntry, digits: str) -> None:
    for digit in digits:
        entry.press(entry.positions().index(digit))


def digits_of(pin: Pin) -> bytes:
    with pin:
        return bytes(pin.digits())


def test_the_plain_pad_is_that_of_a_telephone(entry: PinEntry) -> None:
    assert entry.positions() == ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "")


@given(st.text("0123456789", min_size=4, max_size=4), st.booleans())
def test_what_is_touched_is_what_is_taken(digits: str, shuffle: bool) -> None:
    entry = PinEntry(Clock(), shuffle=shuffle)
    type_pin(entry, digits)
    assert digits_of(entry.take()) == digits.encode()


def test_a_scrambled_pad_has_every_digit_once_and_differs_between_pins() -> None:
    entry = PinEntry(Clock(), shuffle=True)
    pads = set()
    for _ in range(20):
        pad = entry.positions()
        assert sorted(pad) == ["", "", *"0123456789"]
        assert pad[9] == pad[11] == ""
        pads.add(pad)
        entry.forget()
    assert len(pads) > 15


def test_the_pad_stays_while_one_pin_is_entered() -> None:
    entry = PinEntry(Clock(), shuffle=True)
    pad = entry.positions()
    type_pin(entry, "12")
    entry.erase()
    entry.clear()
    assert entry.positions() == pad


@pytest.mark.parametrize("position", [-1, 9, 11, PAD_POSITIONS, 99])
def test_places_without_a_digit_enter_nothing(entry: PinEntry, position: int) -> None:
    entry.press(position)
    assert entry.entered == 0


def test_keys_of_a_physical_pad_enter_the_same_digits(entry: PinEntry) -> None:
    for digit in (4, 0, 7, 1):
        entry.type_digit(digit)
    assert digits_of(entry.take()) == b"4071"


def test_a_fifth_digit_is_ignored(entry: PinEntry) -> None:
    type_pin(entry, "40719")
    assert entry.entered == 4
    assert digits_of(entry.take()) == b"4071"


def test_erasing_takes_back_one_digit(entry: PinEntry) -> None:
    entry.erase()
    type_pin(entry, "4079")
    entry.erase()
    assert entry.entered == 3
    type_pin(entry, "1")
    assert digits_of(entry.take()) == b"4071"


def test_fewer_than_four_digits_are_not_handed_over_and_stay(entry: PinEntry) -> None:
    type_pin(entry, "407")
    with pytest.raises(PinIncompleteError):
        entry.take()
    assert entry.entered == 3


def test_a_taken_pin_is_gone_from_the_entry(entry: PinEntry) -> None:
    type_pin(entry, "4071")
    entry.take()
    assert entry.entered == 0
    with pytest.raises(PinIncompleteError):
        entry.take()


def test_thirty_seconds_after_the_last_key_the_pin_may_still_be_used(
    entry: PinEntry, clock: Clock
) -> None:
    type_pin(entry, "407")
    clock.s += 29
    type_pin(entry, "1")
    clock.s += 30
    assert digits_of(entry.take()) == b"4071"


def test_a_pin_that_was_taken_goes_stale_too(entry: PinEntry, clock: Clock) -> None:
    type_pin(entry, "4071")
    clock.s += 20
    pin = entry.take()
    clock.s += 10
    assert bytes(pin.digits()) == b"4071"
    clock.s += 0.1
    with pytest.raises(PinStaleError):
        pin.digits()
    pin.wipe()


def test_later_it_is_refused_and_wiped(entry: PinEntry, clock: Clock) -> None:
    type_pin(entry, "4071")
    buffer = entry._buffer
    clock.s += 30.1
    with pytest.raises(PinStaleError):
        entry.take()
    assert buffer == b"\0\0\0\0"
    assert entry.entered == 0


@pytest.mark.parametrize("give_up", [PinEntry.clear, PinEntry.forget])
def test_giving_up_zeroes_the_digits_in_place(entry: PinEntry, give_up: object) -> None:
    type_pin(entry, "407")
    buffer = entry._buffer
    assert callable(give_up)
    give_up(entry)
    assert buffer == b"\0\0\0\0"


def test_erasing_zeroes_the_digit(entry: PinEntry) -> None:
    type_pin(entry, "4")
    entry.erase()
    assert entry._buffer == b"\0\0\0\0"


def test_it_never_prints_a_digit(entry: PinEntry) -> None:
    type_pin(entry, "4071")
    assert not set(repr(entry)) & set("4071")
