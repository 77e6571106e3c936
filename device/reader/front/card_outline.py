"""Finds what has the shape of a card in a picture.

Source: ISO/IEC 7810, ID-1: 85.60 mm by 53.98 mm.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH_MM, HEIGHT_MM = 85.6, 53.98

Picture = NDArray[np.uint8]
"""`uint8[H, W, 3], RGB`."""
Corners = NDArray[np.float32]
"""`float32[4, 2]`: x, y; clockwise in the picture, a long side first, the upper one."""
Mask = NDArray[np.uint8]

_SEARCH_WIDTH_PX = 320
"""Outlines are looked for in a small copy: a card's edge is long, it needs no fine pixels."""
_THRESHOLDS = (14.0, 9.0, 22.0, 6.0, 34.0, 4.0)
"""How far from the ground a colour must be (CIE L*a*b*), the likeliest first."""
_RATIO = WIDTH_MM / HEIGHT_MM
_WHOLE_CARD_FILL = 0.985
"""Its corners are round."""
_GOOD_MISFIT = 0.05
_GREATEST_MISFIT = 0.13
_RIM_PX = 5
_FINGER_PX = 69
"""Wider than a finger, narrower than a card, in the small copy."""
_LEAST_AREA = 0.06
"""Of the picture; less is no card, whatever its shape."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One thing that lies there."""

    corners: Corners = field(repr=False)
    """Where its straight sides meet."""
    area_share: float
    """Of the picture."""
    fill: float
    """Share of the area between the corners that it covers; about 1 for a card."""
    ratio: float
    """Length by height, as far as the perspective lets it be known."""

    @property
    def is_card(self) -> bool:
        """Whether a single card looks like this."""
        return self.area_share > 0.25 and self.misfit < _GREATEST_MISFIT

    @property
    def misfit(self) -> float:
        """How far it is from a whole card; a finger or the perspective make some 0.05."""
        return abs(self.ratio / _RATIO - 1) + abs(self.fill - _WHOLE_CARD_FILL)


def find_outlines(image: Picture) -> list[Outline]:
    """What lies there: the card, if there is a threshold that shows just one, else everything.

    Args:
        image: `uint8[H, W, 3], RGB`; the ground is nearly of one colour.
    """
    best: list[Outline] = []
    for outlines in outlines_by_threshold(image):
        if not best or _misfit(outlines) < _misfit(best):
            best = outlines
        if _misfit(best) < _GOOD_MISFIT:
            break
    return best


def _misfit(outlines: list[Outline]) -> float:
    is_card = len(outlines) == 1 and outlines[0].is_card
    return outlines[0].misfit if is_card else 9.0 - bool(outlines)


def outlines_by_threshold(image: Picture) -> Iterator[list[Outline]]:
    """What differs from the ground, for one threshold after the other."""
    scale = _SEARCH_WIDTH_PX / image.shape[1]
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), np.uint8)
    distance = _distance_from_ground(soft)
    for threshold in _THRESHOLDS:
        filled = _filled((distance > threshold).astype(np.uint8))
        rim = [contour[:, 0, :].astype(np.float32) for contour in _contours(filled)]
        yield [
            _outline(contour[:, 0, :].astype(np.float32), np.concatenate(rim), scale, filled.size)
            for contour in _contours(_without_fingers(filled))
            if cv2.contourArea(contour) > _LEAST_AREA * filled.size
        ]


def _distance_from_ground(small: Picture) -> NDArray[np.float32]:
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    height, width = lab.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    plane = np.stack([np.ones_like(x), x / width - 0.5, y / height - 0.5], axis=-1)
    is_rim = np.ones((height, width), bool)
    is_rim[_RIM_PX:-_RIM_PX, _RIM_PX:-_RIM_PX] = False
    seen, at = lab[is_rim], plane[is_rim]
    # Light falls off across the tray; whatever reaches over the rim is no ground and is left out.
    for kept_share in (0.6, 0.8, 0.9):
        fit = np.linalg.lstsq(at, seen, rcond=None)[0]
        off = np.linalg.norm(lab[is_rim] - plane[is_rim] @ fit, axis=1)
        is_ground = off <= np.quantile(off, kept_share)
        seen, at = lab[is_rim][is_ground], plane[is_rim][is_ground]
    return np.asarray(np.linalg.norm(lab - plane @ fit, axis=2), np.float32)


def _filled(mask: Mask) -> Mask:
    closed = np.asarray(
        cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), np.uint8
    )
    filled = np.zeros_like(mask)
    cv2.drawContours(filled, _contours(closed), -1, (1,), cv2.FILLED)
    return filled


def _without_fingers(mask: Mask) -> Mask:
    room = _FINGER_PX
    wide = cv2.copyMakeBorder(mask, room, room, room, room, cv2.BORDER_CONSTANT, value=(0,))
    # A square is much quicker than a disc, and corners are not needed.
    wide = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones((room, room), np.uint8))
    return np.asarray(wide[room:-room, room:-room], np.uint8)


def _contours(mask: Mask) -> list[NDArray[np.int32]]:
    found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [np.asarray(contour, np.int32) for contour in found]


def _outline(
    points: NDArray[np.float32], rim: NDArray[np.float32], scale: float, size_px: int
) -> Outline:
    corners = cv2.boxPoints(cv2.minAreaRect(points)).astype(np.float32)
    for _ in range(3):
        corners = _fitted_to_sides(points, corners, 0.1)
    for reach in (0.06, 0.03, 0.02):
        corners = _fitted_to_sides(rim, corners, reach)
    corners = _ordered(corners)
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    area = cv2.contourArea(points)
    return Outline(
        corners / np.float32(scale),
        area / size_px,
        area / max(1.0, cv2.contourArea(corners)),
        float((sides[0] + sides[2]) / max(1.0, sides[1] + sides[3])),
    )


def _fitted_to_sides(points: NDArray[np.float32], corners: Corners, reach: float) -> Corners:
    lines = [_side(points, corners[i], corners[(i + 1) % 4], reach) for i in range(4)]
    return np.array([_crossing(lines[i - 1], lines[i]) for i in range(4)], np.float32)


_Line = tuple[NDArray[np.float32], NDArray[np.float32]]
"""A point and a direction."""


def _side(points: NDArray[np.float32], start: Corners, end: Corners, reach: float) -> _Line:
    length = float(np.linalg.norm(end - start)) + 1e-6
    direction = (end - start) / length
    across = np.array([-direction[1], direction[0]], np.float32)
    along, off = (points - start) @ direction / length, np.abs((points - start) @ across)
    near = points[(along > 0.12) & (along < 0.88) & (off < reach * length)]
    place = start
    for _ in range(3):
        if len(near) < 10:
            break
        dx, dy, x, y = cv2.fitLine(near, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        direction, place = np.array([dx, dy], np.float32), np.array([x, y], np.float32)
        off = np.abs((near - place) @ np.array([-dy, dx], np.float32))
        near = near[off <= max(0.7, 2.5 * float(np.median(off)))]
    return place, direction


def _crossing(one: _Line, two: _Line) -> Corners:
    sides = np.array([one[1], -two[1]]).T
    if abs(np.linalg.det(sides)) < 1e-3:
        return one[0]
    step = np.linalg.solve(sides, two[0] - one[0])
    return np.asarray(one[0] + step[0] * one[1], np.float32)


def _ordered(corners: Corners) -> Corners:
    if cv2.contourArea(corners, oriented=True) < 0:
        corners = corners[::-1]
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    first = 0 if sides[0] + sides[2] >= sides[1] + sides[3] else 1
    corners = np.roll(corners, -first, axis=0)
    is_lower = corners[:2, 1].sum() > corners[2:, 1].sum()
    return np.roll(corners, -2, axis=0) if is_lower else corners
