from dataclasses import replace

import numpy as np
import pytest

from device.reader.front.digit_reading import DigitReading
from device.reader.front.number_columns import number_columns
from device.reader.front.print_lines import LineShape, PrintLine, find_lines
from tests.device.reader.front.printed_lines import printed

SHAPE = LineShape(heights_mm=(1.4, 3.6), widths_mm=(3, 45), gap_mm=8.0)


def line_of(words: str) -> PrintLine:
    (line,) = find_lines(printed(words), SHAPE)
    return line


def year_of(line: PrintLine, count: int) -> DigitReading:
    return DigitReading.of(line, number_columns(line, is_after_era=True)[0], count)


@pytest.mark.parametrize("digits", ["4821", "0689", "3570", "1117"])
def test_a_code(digits: str) -> None:
    line = line_of(digits)
    reading = DigitReading.of(line, line.columns, 4)
    assert reading.text == digits
    assert reading.is_sure


def test_a_year_between_signs() -> None:
    reading = year_of(line_of("昭和33年3月14日生"), 2)
    assert reading.text == "33"
    assert reading.is_sure


def test_two_digits_taken_for_one_are_never_sure_of_it() -> None:
    assert not year_of(line_of("昭和36年3月14日生"), 1).is_sure


def test_a_lone_digit_after_white_is_the_first() -> None:
    line = line_of("平成 5年11月 2日生")
    reading = year_of(line, 1)
    assert reading.text == "5"
    assert reading.is_first(line)


def test_a_pale_digit_before_is_seen() -> None:
    line = line_of("平成15年11月 2日生")
    columns = number_columns(line, is_after_era=True)[0]
    middle = (columns[0] + columns[1]) // 2
    second = DigitReading.of(line, (middle, columns[1]), 1)
    pale = np.array(line.ink)
    pale[:, columns[0] : middle] *= 0.4
    assert second.text == "5"
    assert not second.is_first(replace(line, ink=pale))


def test_the_sign_of_an_eras_first_year_is_no_number() -> None:
    line = line_of("平成元年11月 2日生")
    assert not year_of(line, 1).text
    assert year_of(line, 2).is_guess


def test_two_digits_are_no_guess() -> None:
    assert not year_of(line_of("平成10年12月14日生"), 2).is_guess
