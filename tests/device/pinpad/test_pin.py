import copy
import pickle

import pytest

from device.pinpad.errors import PinWipedError
from device.pinpad.pin import Pin


def test_digits_are_the_buffer_itself() -> None:
    buffer = bytearray(b"4071")
    assert Pin(buffer).digits() is buffer


def test_wiping_zeroes_the_buffer_in_place() -> None:
    buffer = bytearray(b"4071")
    pin = Pin(buffer)
    pin.wipe()
    assert buffer == b"\0\0\0\0"
    with pytest.raises(PinWipedError):
        pin.digits()
    pin.wipe()


def test_leaving_the_context_wipes_even_after_an_error() -> None:
    buffer = bytearray(b"4071")
    with pytest.raises(ConnectionError), Pin(buffer):
        raise ConnectionError
    assert buffer == b"\0\0\0\0"


def test_no_way_to_print_it_shows_a_digit() -> None:
    pin = Pin(bytearray(b"4071"))
    for text in (repr(pin), str(pin), f"{pin}", f"{[pin]}"):
        assert not set(text) & set("4071")


def test_it_is_never_copied_or_stored() -> None:
    pin = Pin(bytearray(b"4071"))
    with pytest.raises(TypeError):
        pickle.dumps(pin)
    with pytest.raises(TypeError):
        copy.deepcopy(pin)
