import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.factory.dlib_stream import DlibStream
from device.factory.errors import ModelSourceError
from tests.device.factory import dat_writer as dat


@given(st.integers(-(2**63) + 1, 2**63))
def test_integers_come_back(value: int) -> None:
    stream = DlibStream(dat.integer(value))
    assert stream.integer() == value
    assert stream.is_at_end


@given(st.floats(-1e6, 1e6, width=32))
def test_reals_come_back_mantissa_first(value: float) -> None:
    assert DlibStream(dat.real(value)).real() == pytest.approx(value, rel=1e-6, abs=1e-30)


@pytest.mark.parametrize("control", [0x00, 0x09, 0x0F, 0x11, 0x41])
def test_a_wrong_control_byte_is_no_integer(control: int) -> None:
    with pytest.raises(ModelSourceError, match="no integer"):
        DlibStream(bytes([control]) + bytes(16)).integer()


@pytest.mark.parametrize("exponent", [32000, 32001, 32002])
def test_infinities_and_nan_are_refused(exponent: int) -> None:
    with pytest.raises(ModelSourceError, match="finite"):
        DlibStream(dat.integer(0) + dat.integer(exponent)).real()


def test_a_tensor_comes_back() -> None:
    values = np.arange(6, dtype=np.float32)
    read = DlibStream(dat.tensor(values, (1, 2, 3, 1))).tensor()
    assert read.shape == (1, 2, 3, 1)
    assert (read.ravel() == values).all()


def test_a_tensor_larger_than_the_file_is_refused_without_allocating_it() -> None:
    huge = dat.integer(2) + dat.integer(1 << 22) * 4
    with pytest.raises(ModelSourceError, match="too early"):
        DlibStream(huge).tensor()


def test_a_negative_or_giant_side_is_refused() -> None:
    for side in (-1, 1 << 40):
        with pytest.raises(ModelSourceError, match="impossible"):
            DlibStream(dat.integer(2) + dat.integer(side) + dat.integer(1) * 3).tensor()


def test_weights_that_are_no_numbers_are_refused() -> None:
    values = np.array([np.nan], np.float32)
    with pytest.raises(ModelSourceError, match="finite"):
        DlibStream(dat.tensor(values, (1, 1, 1, 1))).tensor()


@pytest.mark.parametrize("text", [dat.integer(-1), dat.integer(10**6), dat.integer(1) + b"\xff"])
def test_a_name_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(ModelSourceError, match="no name"):
        DlibStream(text).string()


def test_a_boolean_is_an_ascii_digit() -> None:
    assert DlibStream(b"1").boolean() is True
    assert DlibStream(b"0").boolean() is False
    with pytest.raises(ModelSourceError, match="no boolean"):
        DlibStream(b"\x01").boolean()
