import cv2
import pytest

from device.reader.front.print_lines import spans
from device.reader.front.round_digits import CheckedDigits, differ_in_round_digits
from tests.device.reader.front.printed_lines import picture


@pytest.mark.parametrize("digits", ["0689", "6008", "9960", "8806", "1234"])
def test_digits_that_have_their_shapes(digits: str) -> None:
    assert CheckedDigits.of(picture(digits), digits) == CheckedDigits(digits, is_certain=True)


@pytest.mark.parametrize(("read", "seen"), [("9642", "0642"), ("6642", "0642")])
def test_a_zero_taken_for_six_or_nine_is_put_right_but_not_certain(read: str, seen: str) -> None:
    assert CheckedDigits.of(picture("0642"), read) == CheckedDigits(seen, is_certain=False)


def test_a_zero_with_a_stroke_is_still_a_zero() -> None:
    struck = picture("0123")
    left, right = spans((struck < 128).any(axis=0))[0]
    top, bottom = spans((struck < 128).any(axis=1))[0]
    cv2.line(struck, (left + 4, bottom - 7), (right - 5, top + 6), (0,), 2)
    assert CheckedDigits.of(struck, "9123").text == "0123"


def test_an_eight_read_where_a_zero_stands_is_not_certain() -> None:
    assert not CheckedDigits.of(picture("0123"), "8123").is_certain


def test_another_count_of_glyphs_is_not_certain() -> None:
    assert not CheckedDigits.of(picture("06"), "066").is_certain


def test_difference_in_round_digits() -> None:
    assert differ_in_round_digits("40", "49")
    assert not differ_in_round_digits("41", "47")
    assert not differ_in_round_digits("4", "40")
