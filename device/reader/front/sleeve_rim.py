"""Whether a clear sleeve lies around the card: a second edge runs beside its own, on most sides."""

import cv2
import numpy as np

from device.reader.front.card_outline import HEIGHT_MM, WIDTH_MM, Corners, Picture, find_card
from device.reader.front.card_sides import Floats, Lines, level_lines

_PX_PER_MM = 4
_SIZE_PX = (416, 288)
_LEFT_PX, _TOP_PX = (
    (size - side_mm * _PX_PER_MM) / 2
    for size, side_mm in zip(_SIZE_PX, (WIDTH_MM, HEIGHT_MM), strict=True)
)
"""Where the outline that was found is drawn; it may be the card's, the sleeve's or of both."""
_INWARD_PX = 28
_OUTERMOST_PX = 4
_SLOPES = np.linspace(-0.018, 0.018, 7, dtype=np.float32)
"""The card lies a little askew in its sleeve."""
_GAPS_PX = (1.25 * _PX_PER_MM, 5.5 * _PX_PER_MM)
"""Between the edges of a card and its sleeve."""
_LEAST_OF_THREE = 1.85
"""Two unbroken edges on each of three sides make 3; a bare card's print makes up to 1.7."""
_LEAST_OF_EACH = 0.4
"""The stripe on a back is one side's second edge. The fourth side may be hidden by a finger."""


def is_in_sleeve(image: Picture) -> bool:
    """Whether a sleeve's rim is seen around the card.

    Args:
        image: `uint8[H, W, 3], RGB`.
    """
    outline = find_card(image)
    if outline is None:
        return False
    three = _doubled_sides(image, outline.corners)[1:]
    return sum(three) > _LEAST_OF_THREE and three[0] > _LEAST_OF_EACH


def _doubled_sides(image: Picture, corners: Corners) -> list[float]:
    """How unbroken two edges run along each of the four sides, 0 to 1, ascending."""
    plane = _with_surroundings(image, corners)
    lying = np.ascontiguousarray(plane.transpose(1, 0, 2))
    sides = (
        *level_lines(plane, _SLOPES, _bands(_SIZE_PX[1], _TOP_PX), 144, 4),
        *level_lines(lying, _SLOPES, _bands(_SIZE_PX[0], _LEFT_PX), 80, 4),
    )
    # On a back stands a number of which nothing may stay anywhere.
    plane.fill(0)
    lying.fill(0)
    return sorted(_doubled(lines) for lines in sides)


def _bands(size: int, margin: float) -> tuple[range, range]:
    inner = round(margin) + _INWARD_PX
    return range(_OUTERMOST_PX, inner), range(size - inner, size - _OUTERMOST_PX)


def _with_surroundings(image: Picture, corners: Corners) -> Floats:
    width, height = _SIZE_PX
    right, bottom = width - _LEFT_PX, height - _TOP_PX
    ends = [[_LEFT_PX, _TOP_PX], [right, _TOP_PX], [right, bottom], [_LEFT_PX, bottom]]
    to_plane = cv2.getPerspectiveTransform(corners, np.array(ends, np.float32))
    seen = cv2.warpPerspective(image, to_plane, _SIZE_PX)
    plane = seen.astype(np.float32)
    seen.fill(0)
    return plane


def _doubled(lines: Lines) -> float:
    """The weaker of the best two edges that lie as far apart as a card's and its sleeve's."""
    apart = np.abs(lines.places[:, None] - lines.places)
    is_pair = (_GAPS_PX[0] <= apart) & (apart <= _GAPS_PX[1])
    weaker = np.minimum(lines.scores[:, None], lines.scores)
    return float(np.where(is_pair, weaker, 0).max(initial=0))
