"""Turns and scales a face so that its five points lie where a network expects them.

Source: S. Umeyama, "Least-squares estimation of transformation parameters between two point
patterns", IEEE TPAMI 13(4), 1991; facts/face.md §6.7.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device.face.port import Image, Values

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

    def matrix(self) -> NDArray[np.float64]:
        """float64[2, 3], for libraries."""
        rows = [[self.a, -self.b, self.dx_px], [self.b, self.a, self.dy_px]]
        return np.array(rows, np.float64)

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
    return np.asarray(
        cv2.warpAffine(
            image,
            to_image.matrix(),
            (side_px, side_px),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE if repeats_edge else cv2.BORDER_CONSTANT,
        ),
        np.uint8,
    )


def _halved(image: Image) -> Image:
    """Averages each 2 x 2 pixels; an odd last row or column is dropped."""
    height, width = image.shape[0] // 2, image.shape[1] // 2
    even = image[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
