import numpy as np

from device.reader.front.card_sides import Floats, Lines, level_lines

SLOPES = np.linspace(-0.2, 0.2, 41, dtype=np.float32)
ROWS = range(20, 100)


def picture(place: float, slope: float, gap: tuple[int, int] = (0, 0)) -> Floats:
    """Dark above a line, bright below; between two columns all dark."""
    y, x = np.mgrid[:120, :160]
    is_below = y > place + slope * (x - 80)
    is_below[:, gap[0] : gap[1]] = False
    return np.repeat(is_below[..., None] * np.float32(50), 3, axis=2) + np.float32(20)


def lines_in(image: Floats) -> Lines:
    (lines,) = level_lines(image, SLOPES, (ROWS,), reach_px=64, strips_together=2)
    return lines


def test_the_best_line_lies_on_the_edge() -> None:
    lines = lines_in(picture(60, 0.1))
    assert abs(lines.places[0] - 60) <= 1.5
    assert abs(lines.slopes[0] - 0.1) < 0.02
    assert lines.scores[0] > 0.7


def test_an_interrupted_edge_scores_its_share() -> None:
    whole, part = lines_in(picture(60, 0.0)), lines_in(picture(60, 0.0, (16, 80)))
    assert abs(part.places[0] - 60) <= 1.5
    assert 0.3 * whole.scores[0] < part.scores[0] < 0.7 * whole.scores[0]


def test_where_nothing_changes_nothing_scores() -> None:
    assert lines_in(np.full((120, 160, 3), 50, np.float32)).scores.max() < 0.01


def test_only_the_rows_asked_for_are_answered() -> None:
    upper, lower = level_lines(picture(60, 0.0), SLOPES, (range(20, 50), range(50, 90)), 64, 2)
    assert upper.scores[0] < 0.2 < lower.scores[0]
    assert lower.places.min() >= 50
    assert lower.places.max() < 90
