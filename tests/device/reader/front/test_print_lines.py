import numpy as np

from device.reader.front.print_lines import LineShape, Preparation, find_lines, ink_of, spans
from tests.device.reader.front.printed_lines import printed

SHAPE = LineShape(heights_mm=(1.6, 3.6), widths_mm=(13, 45), gap_mm=8.0)


def test_two_lines_are_found_from_above() -> None:
    upper, lower = find_lines(printed("昭和33年3月14日生", "2035年3月14日まで有効"), SHAPE)
    assert upper.rows[1] < lower.rows[0]
    assert upper.columns[0] < 35
    assert lower.columns[1] - lower.columns[0] > upper.columns[1] - upper.columns[0]


def test_too_short_or_too_high_is_no_line() -> None:
    assert find_lines(printed("33"), SHAPE) == []
    block = np.zeros((130, 400), np.float32)
    block[20:110, 50:300] = 1
    assert find_lines(block, SHAPE) == []


def test_bare_card_has_no_lines() -> None:
    assert find_lines(np.zeros((130, 400), np.float32), SHAPE) == []


def test_pale_print_in_the_middle_stays_in_the_line() -> None:
    ink = printed("昭和33年3月14日生")
    ink[:, 90:150] *= 0.4
    (line,) = find_lines(ink, SHAPE)
    assert line.columns[0] < 35
    assert line.columns[1] > 280


def test_picture_is_dark_on_light_in_the_wanted_height() -> None:
    (line,) = find_lines(printed("昭和33年3月14日生"), SHAPE)
    picture = line.picture(Preparation(height_px=36))
    assert picture.dtype == np.uint8
    assert 50 < picture.shape[0] < 80
    assert picture[0].min() == 255
    assert picture.min() < 40


def test_evening_makes_pale_print_dark() -> None:
    ink = printed("昭和33年3月14日生")
    ink[:, 90:150] *= 0.5
    (line,) = find_lines(ink, SHAPE)
    plain = line.picture_of((95, 145), Preparation())
    even = line.picture_of((95, 145), Preparation(is_evened=True))
    assert even.min() < plain.min()


def test_ornament_in_colour_is_not_ink() -> None:
    card = np.full((60, 60, 3), 240, np.uint8)
    card[20:22] = (240, 120, 140)
    card[40:42] = 40
    ink = ink_of(card)
    assert ink[20:22].max() < 0.1
    assert ink[40:42, 10:50].min() > 0.5


def test_spans() -> None:
    assert spans(np.array([1, 1, 0, 1, 0, 0, 1], bool)) == [(0, 2), (3, 4), (6, 7)]
    assert spans(np.zeros(3, bool)) == []
