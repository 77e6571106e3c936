"""Finds the card in a picture: four sides that together have the shape of a card.

Source: ISO/IEC 7810, ID-1: 85.60 mm by 53.98 mm.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_sides import Floats, Lines, level_lines

WIDTH_MM, HEIGHT_MM = 85.6, 53.98

Picture = NDArray[np.uint8]
"""`uint8[H, W, 3], RGB`."""
Corners = NDArray[np.float32]
"""`float32[4, 2]`: x, y; clockwise in the picture, a long side first, the upper one."""

_SEARCH_SIZE_PX = (320, 240)
"""Sides are looked for in a small copy: they are long, they need no fine pixels."""
_MIDDLE_X, _MIDDLE_Y = (side / 2 for side in _SEARCH_SIZE_PX)
_RATIO = WIDTH_MM / HEIGHT_MM
_LEVEL_SLOPES = np.linspace(-0.21, 0.21, 29, dtype=np.float32)
_UPRIGHT_SLOPES = np.linspace(-0.24, 0.24, 33, dtype=np.float32)
_TOPS, _BOTTOMS, _LEFTS, _RIGHTS = range(18, 76), range(164, 222), range(4, 72), range(248, 316)
"""Where the camera's fixed distance lets a card's sides be, in pixels of the small copy."""
_WIDTHS_PX = (205.0, 294.0)
_MOST_RATIO_OFF = 0.055
_MOST_NARROWING = (0.17, 0.24)
"""Of opposite sides, by perspective: the level ones, the upright ones; natural logarithms."""
_MOST_SKEW = 0.12
_LESS_FOR_RATIO_OFF = 4.0
_LEAST_STRENGTH = 1.8
"""Four perfect sides make 4; a tray with nothing on it up to 1.2."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a card lies."""

    corners: Corners = field(repr=False)
    """Where its straight sides meet."""
    ratio: float
    """Length by height, as far as the perspective lets it be known."""


def find_card(image: Picture) -> Outline | None:
    """The thing that looks most like a card's four sides, if anything does.

    Args:
        image: `uint8[H, W, 3], RGB`.
    """
    seen = cv2.resize(image, _SEARCH_SIZE_PX, interpolation=cv2.INTER_AREA)
    small = seen.astype(np.float32)
    top, bottom = level_lines(small, _LEVEL_SLOPES, (_TOPS, _BOTTOMS), 96, 4)
    lying = np.ascontiguousarray(small.transpose(1, 0, 2))
    left, right = level_lines(lying, _UPRIGHT_SLOPES, (_LEFTS, _RIGHTS), 64, 2)
    # It may be a back, with a number on it of which nothing may stay anywhere.
    for copy in (seen, small, lying):
        copy.fill(0)
    corners = _corners_of_all(top, bottom, left, right)
    shape = _Shape.of(corners)
    skew = _on_axes(top.slopes, bottom.slopes, left.slopes, right.slopes)
    strength = _on_axes(top.scores, bottom.scores, left.scores, right.scores)
    strength = strength - _LESS_FOR_RATIO_OFF * np.abs(np.log(shape.ratio / _RATIO))
    strength = np.where(shape.is_possible() & (np.abs(skew) < _MOST_SKEW), strength, 0)
    best = np.unravel_index(int(strength.argmax()), strength.shape)
    if strength[best] < _LEAST_STRENGTH:
        return None
    scale = np.array([image.shape[1], image.shape[0]]) / _SEARCH_SIZE_PX
    return Outline(((corners[best] + 0.5) * scale).astype(np.float32), float(shape.ratio[best]))


def _on_axes(top: Floats, bottom: Floats, left: Floats, right: Floats) -> Floats:
    """Their sum for every choice of four sides, `[top, bottom, left, right]`."""
    return np.asarray(
        top[:, None, None, None] + bottom[:, None, None] + left[:, None] + right, np.float32
    )


def _corners_of_all(top: Lines, bottom: Lines, left: Lines, right: Lines) -> Floats:
    """`float32[top, bottom, left, right, 4, 2]`."""
    sizes = tuple(len(lines.places) for lines in (top, bottom, left, right))
    corners = np.empty((*sizes, 4, 2), np.float32)
    corners[..., 0, :] = _crossings(top, left)[:, None, :, None]
    corners[..., 1, :] = _crossings(top, right)[:, None, None, :]
    corners[..., 2, :] = _crossings(bottom, right)[None, :, None, :]
    corners[..., 3, :] = _crossings(bottom, left)[None, :, :, None]
    return corners


def _crossings(level: Lines, upright: Lines) -> Floats:
    """Where each level line meets each upright one, `float32[level, upright, 2]`: x, y."""
    slope, lean = level.slopes[:, None], upright.slopes[None]
    at_middle = level.places[:, None] + slope * (upright.places[None] - _MIDDLE_X)
    y = (at_middle - slope * lean * _MIDDLE_Y) / (1 - slope * lean)
    x = upright.places[None] + lean * (y - _MIDDLE_Y)
    return np.stack([x, y], axis=-1)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Lengths of four sides, for every choice of them."""

    top: Floats
    right: Floats
    bottom: Floats
    left: Floats

    @classmethod
    def of(cls, corners: Floats) -> "_Shape":
        to_next = np.roll(corners, -1, axis=-2) - corners
        lengths = np.sqrt((to_next**2).sum(axis=-1))
        return cls(*(lengths[..., side] for side in range(4)))

    @property
    def ratio(self) -> Floats:
        return (self.top + self.bottom) / (self.left + self.right)

    def is_possible(self) -> NDArray[np.bool_]:
        """Whether the fixed camera can see a card so."""
        least, most = _WIDTHS_PX
        width = (self.top + self.bottom) / 2
        levels, uprights = _MOST_NARROWING
        return np.asarray(
            (np.abs(np.log(self.ratio / _RATIO)) < _MOST_RATIO_OFF)
            & (least < width)
            & (width < most)
            & (np.abs(np.log(self.top / self.bottom)) < levels)
            & (np.abs(np.log(self.left / self.right)) < uprights)
        )
