import pytest

from device.reader.front.number_columns import number_columns
from device.reader.front.print_lines import LineShape, PrintLine, find_lines
from tests.device.reader.front.printed_lines import printed

SHAPE = LineShape(heights_mm=(1.6, 3.6), widths_mm=(10, 45), gap_mm=8.0)


def line_of(words: str) -> PrintLine:
    (line,) = find_lines(printed(words), SHAPE)
    return line


@pytest.mark.parametrize(
    ("words", "em"),
    [("昭和33年3月14日生", 1.1), ("昭和3年3月14日生", 0.55), ("平成 5年11月 2日生", 0.62)],
)
def test_room_of_the_year(words: str, em: float) -> None:
    first, end = number_columns(line_of(words), is_after_era=True)[0]
    assert end - first == pytest.approx(em * 34, abs=7)
    assert first - 20 == pytest.approx(2 * 34, abs=6)


def test_gregorian_year_begins_the_line() -> None:
    first, end = number_columns(line_of("1980年2月17日生"), is_after_era=False)[0]
    assert first < 30
    assert end - first == pytest.approx(2.2 * 34, abs=8)


def test_all_three_numbers_stand_apart() -> None:
    year, month, day = number_columns(line_of("昭和33年10月14日生"), is_after_era=True)
    assert year[1] < month[0] < month[1] < day[0] < day[1]
