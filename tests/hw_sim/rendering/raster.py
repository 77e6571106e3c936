"""Rasteriser: which triangle covers which pixel, how deep, and where inside the triangle."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fragments:
    """Pixel-sized pieces of triangles, at most one for each triangle and pixel."""

    pixel: NDArray[np.int64]
    """int64[n], row-major pixel number."""
    triangle: NDArray[np.int64]
    """int64[n], row of the triangle table."""
    weights: NDArray[np.float64]
    """float64[n, 3], barycentric weights of the triangle's corners."""
    depth: NDArray[np.float64]
    """float64[n], distance along the view axis; smaller is nearer."""

    def select(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> "Fragments":
        """The fragments picked by an index or a mask."""
        return Fragments(
            self.pixel[index], self.triangle[index], self.weights[index], self.depth[index]
        )

    def interpolate(
        self, triangles: NDArray[np.int64], values: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Vertex `values` (float64[V, k]) blended at every fragment: float64[n, k]."""
        corners = values[triangles[self.triangle]]
        result: NDArray[np.float64] = np.einsum("nc,nck->nk", self.weights, corners)
        return result


def rasterize(
    points: NDArray[np.float64], triangles: NDArray[np.int64], width: int, height: int
) -> Fragments:
    """All fragments of all triangles, hidden ones included.

    Args:
        points: float64[V, 3]: x and y in pixels (pixel centres at whole numbers), z depth > 0.
        triangles: int64[T, 3], vertex numbers; the winding does not matter.
        width: pixels.
        height: pixels.
    """
    corners = points[triangles]
    low = np.clip(np.ceil(corners[..., :2].min(axis=1)), 0, None).astype(np.int64)
    high = np.floor(corners[..., :2].max(axis=1)).astype(np.int64)
    high = np.minimum(high, [width - 1, height - 1])
    extent = np.maximum(high - low + 1, 0)
    count = np.where(corners[..., 2].min(axis=1) > 0, extent.prod(axis=1), 0)
    triangle = np.repeat(np.arange(len(triangles)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    x = low[triangle, 0] + within % extent[triangle, 0]
    y = low[triangle, 1] + within // extent[triangle, 0]
    weights, is_inside = _barycentric(corners, triangle, x, y)
    triangle, weights = triangle[is_inside], weights[is_inside]
    inverse_depth = weights / corners[triangle, :, 2]
    depth = 1.0 / inverse_depth.sum(axis=1)
    return Fragments((y * width + x)[is_inside], triangle, inverse_depth * depth[:, None], depth)


def _barycentric(
    corners: NDArray[np.float64],
    triangle: NDArray[np.int64],
    x: NDArray[np.int64],
    y: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    a, b, c = (corners[:, corner, :2] for corner in range(3))
    area: NDArray[np.float64] = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (
        c[:, 0] - a[:, 0]
    )
    scale = np.divide(1.0, area, out=np.zeros_like(area), where=np.abs(area) > 1e-12)
    of_a = _edge(b, c, scale, triangle, x, y)
    of_b = _edge(c, a, scale, triangle, x, y)
    weights = np.stack([of_a, of_b, 1.0 - of_a - of_b], axis=1)
    is_inside = (weights.min(axis=1) >= 0) & (scale[triangle] != 0)
    return weights, is_inside


def _edge(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    scale: NDArray[np.float64],
    triangle: NDArray[np.int64],
    x: NDArray[np.int64],
    y: NDArray[np.int64],
) -> NDArray[np.float64]:
    across = -(end[:, 1] - start[:, 1]) * scale
    along = (end[:, 0] - start[:, 0]) * scale
    offset = -(across * start[:, 0] + along * start[:, 1])
    result: NDArray[np.float64] = across[triangle] * x + along[triangle] * y + offset[triangle]
    return result


def nearest(fragments: Fragments, pixel_count: int) -> Fragments:
    """The visible fragments: the nearest one of every pixel that has any, by pixel number."""
    return fragments.select(foremost(fragments.pixel, fragments.depth, pixel_count))


def foremost(
    pixel: NDArray[np.int64], depth: NDArray[np.float64], pixel_count: int
) -> NDArray[np.int64]:
    """Which of the things at `pixel` and `depth` is nearest in each pixel, by pixel number."""
    least = np.full(pixel_count, np.inf)
    np.minimum.at(least, pixel, depth)
    is_least = np.flatnonzero(depth == least[pixel])
    owner = np.full(pixel_count, -1, dtype=np.int64)
    owner[pixel[is_least]] = is_least
    return owner[owner >= 0]


def split_quads(quads: NDArray[np.int64]) -> NDArray[np.int64]:
    """Two triangles for every quad, int64[2 * Q, 3]."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
