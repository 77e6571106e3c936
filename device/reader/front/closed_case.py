"""Whether the card was left in a case of leather, cloth or coloured plastic that hides it.

Such a case is one thing with four straight sides, larger than a card, and of one colour and
lightness over nearly all of its face; a pattern, a seam, a button or a finger take a part of it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_outline import Corners, Picture
from device.reader.front.surroundings import Floats, differs_from_ground, soft_colours

_RATIOS = (1.30, 1.515)
"""Length by height; a card that the camera sees at a slant has at least 1.535."""
_DIFFERENT = 4.0
"""From the ground, CIE L*a*b*: dark leather on a dark tray."""
_LARGE_SHARE = 0.25
"""Of the picture."""
_FULL_SHARE = 0.95
"""Of the area between its four sides."""
_CORNER_SHARE = 0.05
"""Of length and height: so near to each corner there is still case, however round it is; where
two cards lie on each other, there is none."""
_MIDDLE_SHARE = 0.7
"""Of each side's length: the corners are round."""
_SLOPES = np.linspace(-0.24, 0.24, 49, dtype=np.float32)
_ON_THE_LINE_PX = 1.5
_STRAIGHT = 0.85
"""Share of a side that lies on its line."""
_BEHIND_A_FINGER = 0.5
"""The same, of at most one side."""
_EDGE_PX = 13
"""Edges are rounded, and seams run along them."""
_MOST_OF_IT, _NEARLY_ALL = 0.75, 0.9
_LITTLE_DARKER, _DARKER = 6.0, 13.0
"""For those shares of the face. The stripe on a card's back takes more than a tenth of it."""
_BRIGHTER = 20.0
"""For most of it: light may be mirrored."""
_OTHER_HUE = 10.0
"""For most of it; CIE L*a*b*, as the lightness."""

Mask = NDArray[np.uint8]


def is_closed_case(image: Picture) -> bool:
    """Whether a case lies there of whose content nothing is seen.

    Args:
        image: `uint8[H, W, 3], RGB`.
    """
    colours = soft_colours(image)
    thing = _largest_thing(differs_from_ground(colours, _DIFFERENT))
    if thing.mean() < _LARGE_SHARE:
        return False
    corners = _corners_if_straight(thing)
    if corners is None or not _RATIOS[0] < _ratio(corners) < _RATIOS[1]:
        return False
    inside = np.zeros_like(thing)
    cv2.fillConvexPoly(inside, np.rint(corners).astype(np.int32), (1,))
    is_full = float(thing[inside > 0].mean()) > _FULL_SHARE and _has_corners(thing, corners)
    return is_full and _is_even(colours, inside)


def _largest_thing(differs: Mask) -> Mask:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(differs)
    if count < 2:
        return np.zeros_like(differs)
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    thing = (labels == largest).astype(np.uint8)
    # A pattern may have the tray's own colour in places: what is enclosed belongs to the thing.
    outer, _ = cv2.findContours(thing, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(thing, outer, -1, (1,), cv2.FILLED)
    return np.asarray(cv2.morphologyEx(thing, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)


def _corners_if_straight(thing: Mask) -> Corners | None:
    """Where its sides meet, the upper left first and clockwise; none if they are not straight."""
    x, y, width, height = cv2.boundingRect(thing)
    columns, rows = _middle(x, width), _middle(y, height)
    across, along = thing[:, columns], thing[rows].T
    # Row by column for the level sides, column by row for the upright ones.
    top, bottom = (_line(columns, _first(part)) for part in (across, across[::-1]))
    left, right = (_line(rows, _first(part)) for part in (along, along[::-1]))
    shares = sorted(side[2] for side in (top, bottom, left, right))
    if shares[0] < _BEHIND_A_FINGER or shares[1] < _STRAIGHT:
        return None
    rows_in_all, columns_in_all = thing.shape
    lower = (-bottom[0], rows_in_all - bottom[1])
    farther = (-right[0], columns_in_all - right[1])
    ends = [(top[:2], left[:2]), (top[:2], farther), (lower, farther), (lower, left[:2])]
    return np.array([_crossing(level, upright) for level, upright in ends], np.float32)


def _middle(start: int, length: int) -> NDArray[np.intp]:
    off = round(length * (1 - _MIDDLE_SHARE) / 2)
    return np.arange(start + off, start + length - off)


def _first(part: Mask) -> Floats:
    """In each column, how far from above the thing begins."""
    return np.asarray(part.argmax(axis=0), np.float32)


def _line(at: NDArray[np.intp], places: Floats) -> tuple[float, float, float]:
    """The line on which most places lie: slope, place at 0, share of them."""
    off = places - _SLOPES[:, None] * at
    near = (np.abs(off[:, :, None] - off[:, None, :]) < _ON_THE_LINE_PX).mean(axis=2)
    slope, place = np.unravel_index(int(near.argmax()), near.shape)
    is_on = np.abs(off[slope] - off[slope, place]) < _ON_THE_LINE_PX
    return float(_SLOPES[slope]), float(off[slope][is_on].mean()), float(near[slope, place])


def _crossing(level: tuple[float, float], upright: tuple[float, float]) -> tuple[float, float]:
    (slope, row), (lean, column) = level, upright
    y = (slope * column + row) / (1 - slope * lean)
    return lean * y + column, y


def _ratio(corners: Corners) -> float:
    top, right, bottom, left = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return float((top + bottom) / (left + right))


def _has_corners(thing: Mask, corners: Corners) -> bool:
    height, width = thing.shape
    towards_next, towards_last = np.roll(corners, -1, axis=0), np.roll(corners, 1, axis=0)
    near = corners + _CORNER_SHARE * (towards_next + towards_last - 2 * corners)
    columns, rows = np.rint(near).astype(np.intp).clip(0, (width - 1, height - 1)).T
    return bool(thing[rows, columns].all())


def _is_even(colours: Floats, inside: Mask) -> bool:
    face = colours[cv2.erode(inside, np.ones((_EDGE_PX, _EDGE_PX), np.uint8)) > 0]
    off = face - np.median(face, axis=0)
    brighter, hue = off[:, 0], np.linalg.norm(off[:, 1:], axis=1)
    return bool(
        np.quantile(-brighter, _MOST_OF_IT) < _LITTLE_DARKER
        and np.quantile(-brighter, _NEARLY_ALL) < _DARKER
        and np.quantile(brighter, _MOST_OF_IT) < _BRIGHTER
        and np.quantile(hue, _MOST_OF_IT) < _OTHER_HUE
    )
