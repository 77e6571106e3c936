"""Turns and scales a face so that its five points lie where a network expects them.

Source: S. Umeyama, "Least-squares estimation of transformation parameters between two point
patterns", IEEE TPAMI 13(4), 1991; facts/face.md §6.7.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.face.port import Image, Values

Places = NDArray[np.intp]

SHRINK_FROM = 2.0
"""From this many source pixels a target pixel on, the source is halved first (facts 6.7)."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """A rotation with a scale and a shift: (x, y) -> (a·x - b·y + dx, b·x + a·y + dy)."""

    a: float
    """Scale times cosine."""
    b: float
    """Scale times sine."""
    dx_px: float
    """Shift to the right."""
    dy_px: float
    """Shift down."""

    @property
    def scale(self) -> float:
        """Target length of a source length of 1."""
        return math.hypot(self.a, self.b)

    def apply(self, points: Values) -> Values:
        """Maps float32[N, 2] points."""
        x, y = points[:, 0], points[:, 1]
        mapped = (self.a * x - self.b * y + self.dx_px, self.b * x + self.a * y + self.dy_px)
        return np.stack(mapped, axis=1, dtype=np.float32)


def similarity(source: Values, target: Values) -> Similarity:
    """Finds the similarity that maps points onto others with the least squared error.

    Args:
        source: float32[N, 2], N ≥ 2, not all the same.
        target: float32[N, 2].

    Returns:
        The map from source to target.
    """
    s = source.astype(np.float64) - source.mean(axis=0)
    t = target.astype(np.float64) - target.mean(axis=0)
    spread = max(float((s**2).sum()), 1e-9)
    a = float((s * t).sum()) / spread
    b = float((s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]).sum()) / spread
    (sx, sy), (tx, ty) = source.mean(axis=0), target.mean(axis=0)
    return Similarity(a, b, float(tx - a * sx + b * sy), float(ty - b * sx - a * sy))


def align(image: Image, points: Values, template: Values, side_px: int) -> Image:
    """Cuts out the face so that its points come to lie on a template.

    Args:
        image: `uint8[H, W, 3], RGB`.
        points: float32[5, 2] in the picture, px.
        template: float32[5, 2] in the result, px.
        side_px: side of the result.

    Returns:
        `uint8[side, side, 3], RGB`; where the picture does not reach, its edge is repeated: a
        black bar under a chin would be taken for a part of the face.

    Source: facts/face.md §6.7.
    """
    return sample(image, similarity(template, points), side_px, repeats_edge=True)


def sample(
    image: Image, to_image: Similarity, side_px: int, *, repeats_edge: bool = False
) -> Image:
    """Fills a square with what lies under it in a picture.

    The picture is halved by averaging while more than two of its pixels would fall into one, then
    read between pixels (bilinear).

    Args:
        image: `uint8[H, W, 3], RGB`.
        to_image: maps a position in the square to one in the picture, px.
        side_px: side of the square.
        repeats_edge: outside of the picture, instead of black.

    Returns:
        `uint8[side, side, 3], RGB`.
    """
    while to_image.scale >= SHRINK_FROM and min(image.shape[:2]) >= 2:
        image = _halved(image)
        # The centre of a halved pixel lies half a pixel off the centre of its first one.
        to_image = Similarity(
            to_image.a / 2,
            to_image.b / 2,
            (to_image.dx_px - 0.5) / 2,
            (to_image.dy_px - 0.5) / 2,
        )
    columns, rows = np.meshgrid(np.arange(side_px), np.arange(side_px))
    grid = np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float32)
    at = to_image.apply(grid)
    values = _bilinear(image, at)
    if not repeats_edge:
        values[_is_outside(at, image)] = 0
    return values.reshape(side_px, side_px, 3)


def _halved(image: Image) -> Image:
    """Averages each 2 x 2 pixels; an odd last row or column is dropped."""
    height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    even = image[:height, :width]
    pairs = even[0::2].astype(np.uint16)
    pairs += even[1::2]
    total = pairs[:, 0::2] + pairs[:, 1::2]
    total += 2
    return np.asarray(total >> 2, np.uint8)


def _bilinear(image: Image, at: Values) -> Image:
    """Reads float32[N, 2] positions x, y of a picture as uint8[N, 3].

    Pixels are taken by their place in the flat picture, which numpy does 2.6 times faster than by
    row and column.
    """
    height, width = image.shape[:2]
    pixels = image.reshape(-1, 3)
    x, y = at[:, 0], at[:, 1]
    left, top = np.floor(x), np.floor(y)
    right_share, bottom_share = (x - left)[:, None], (y - top)[:, None]
    columns = _within(left, width), _within(left + 1, width)
    values = _mixed(pixels, _within(top, height) * width, columns, right_share)
    lower = _mixed(pixels, _within(top + 1, height) * width, columns, right_share)
    values += (lower - values) * bottom_share
    values += 0.5
    return values.astype(np.uint8)


def _is_outside(at: Values, image: Image) -> NDArray[np.bool_]:
    height, width = image.shape[:2]
    x, y = at[:, 0], at[:, 1]
    return (x <= -1) | (x >= width) | (y <= -1) | (y >= height)


def _mixed(
    pixels: Image, row_starts: Places, columns: tuple[Places, Places], right_share: Values
) -> Values:
    """Mixes each left pixel with its right neighbour."""
    mixed = pixels.take(row_starts + columns[0], axis=0).astype(np.float32)
    mixed += (pixels.take(row_starts + columns[1], axis=0) - mixed) * right_share
    return mixed


def _within(places: Values, side: int) -> Places:
    return np.clip(places, 0, side - 1).astype(np.intp)
