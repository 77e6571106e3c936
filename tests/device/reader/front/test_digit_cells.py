import numpy as np
import pytest

from device.reader.front.digit_cells import digit_centres, digit_windows
from device.reader.front.glyph_net import WINDOW_PX
from device.reader.front.print_lines import LineShape, PrintLine, find_lines
from tests.device.reader.front.printed_lines import printed

SHAPE = LineShape(heights_mm=(1.4, 3.6), widths_mm=(3, 45), gap_mm=1.5)


def line_of(words: str) -> PrintLine:
    (line,) = find_lines(printed(words), SHAPE)
    return line


@pytest.mark.parametrize("digits", ["4821", "0000", "1111", "7144"])
def test_digits_stand_at_equal_distances(digits: str) -> None:
    line = line_of(digits)
    centres = digit_centres(line, line.columns, 4)
    advance = 0.555 * 34
    assert centres == pytest.approx(20 + advance * (np.arange(4) + 0.5), abs=3.5)


def test_white_around_a_number_does_not_matter() -> None:
    line = line_of("48")
    tight = digit_centres(line, line.columns, 2)
    wide = digit_centres(line, (line.columns[0] - 6, line.columns[1] + 6), 2)
    assert tight == pytest.approx(wide, abs=2)


def test_one_digit_is_centred_on_its_ink() -> None:
    line = line_of("48")
    first, end = line.columns
    middle = (first + end) // 2
    (centre,) = digit_centres(line, (first - 10, middle), 1)
    assert centre == pytest.approx((first + middle) / 2, abs=1.5)


def test_windows_have_the_networks_size() -> None:
    line = line_of("4821")
    centres = digit_centres(line, line.columns, 4)
    assert digit_windows(line.ink, line.rows, centres).shape == (4, *WINDOW_PX)
