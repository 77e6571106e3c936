"""Finds the numbers within a line that begins with a date.

Kanji are as wide as they are high, digits about half as wide: so the place of the sign 年 tells how
many digits stand before it, whatever an engine read there.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.print_lines import PrintLine, Span

_EM = 1.03
"""Width of a kanji with its white, in heights of the line."""
_ERA_EM = (1.85, 2.4)
"""Where the era's two kanji end."""
_ERA_END_EM = 2.06
_DIGIT_EM = tuple(float(width) for width in np.arange(0.46, 0.78, 0.02))
"""Widths of digits in different fonts."""
_REACH_EM = 0.08
_SIGN_EM = (0.92, 1.12)
_USUAL_DIGIT_EM = 0.54
_ODD_WIDTH_INK = 0.2
_FEWER_DIGITS_INK = 0.06
"""One digit is believed only where two fit clearly worse: 年 is thin in the middle."""
_MOST_INK_IN_GAPS = 0.26
"""Share of the line's height, both gaps together."""


def number_columns(line: PrintLine, *, is_after_era: bool) -> list[Span]:
    """Where year, month and day stand, decided without knowing what they are.

    Args:
        line: of print that begins with a date.
        is_after_era: two kanji stand before one or two digits; otherwise four begin the line.

    Returns:
        Columns of each number without the signs before and after; fewer than three where no gaps
        fit the next one.
    """
    ink = _ink_by_column(line)
    em = _EM * line.height_px
    left = line.columns[0]
    place, start_ink = _gap(ink, *(edge * em for edge in _ERA_EM)) if is_after_era else (0, 0.0)
    if is_after_era:
        # Fonts differ in how much of their square a kanji fills.
        em = max(em, place / _ERA_END_EM)
    found: list[Span] = []
    for counts in ((2, 1) if is_after_era else (4,), (2, 1), (2, 1)):
        total_ink, end, following = _number(ink, place, em, counts)
        if start_ink + total_ink > _MOST_INK_IN_GAPS:
            break
        found.append((left + place, left + end))
        place, start_ink = following, 0.0
    return found


def _number(
    ink: NDArray[np.float64], start: int, em: float, counts: tuple[int, ...]
) -> tuple[float, int, int]:
    """Ink in the gaps around the sign after a number, the number's end, the sign's end."""
    found = [
        (
            end_ink
            + next_ink
            + _FEWER_DIGITS_INK * (max(counts) - count)
            + _ODD_WIDTH_INK * abs(width - _USUAL_DIGIT_EM),
            end,
            following,
        )
        for count in counts
        for width in _DIGIT_EM
        for end, end_ink in [_gap_at(ink, start + count * width * em, em)]
        for following, next_ink in [_gap(ink, *(end + edge * em for edge in _SIGN_EM))]
    ]
    return min(found, key=lambda gaps: gaps[0])


def _ink_by_column(line: PrintLine) -> NDArray[np.float64]:
    soft = cv2.GaussianBlur(line.ink, (0, 0), 0.8)[slice(*line.rows), line.columns[0] :]
    return np.asarray((soft > 0.4 * np.percentile(soft, 98)).mean(axis=0), np.float64)


def _gap_at(ink: NDArray[np.float64], middle: float, em: float) -> tuple[int, float]:
    return _gap(ink, middle - _REACH_EM * em, middle + _REACH_EM * em)


def _gap(ink: NDArray[np.float64], first: float, end: float) -> tuple[int, float]:
    """The column with the least ink, in the middle of its like, and that ink."""
    left, right = max(0, round(first)), max(0, round(end))
    window = ink[left:right]
    if window.size == 0:
        return min(left, len(ink)), 1.0
    columns = np.flatnonzero(window <= window.min() + 0.01)
    return left + int(columns[len(columns) // 2]), float(window.min())
