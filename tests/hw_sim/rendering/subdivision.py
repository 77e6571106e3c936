"""Catmull-Clark subdivision: rounds off the coarse base mesh."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Subdivision:
    """One Catmull-Clark step for a fixed set of quads; positions may change every frame.

    New vertex numbers: the old vertices, then one for each edge, then one for each quad.
    Source: E. Catmull, J. Clark, "Recursively generated B-spline surfaces", 1978.
    """

    parents: NDArray[np.int64]
    """int64[Q, 4], the quads before."""
    edges: NDArray[np.int64]
    """int64[E, 2], sorted vertex numbers."""
    quad_edges: NDArray[np.int64]
    """int64[Q, 4], edge k runs from corner k to corner k + 1."""
    vertex_count: int
    """Vertices before."""

    @classmethod
    def of(cls, quads: NDArray[np.int64], vertex_count: int) -> Self:
        """The step for `quads` over `vertex_count` vertices."""
        ends = np.stack([quads, np.roll(quads, -1, axis=1)], axis=2).reshape(-1, 2)
        edges, number = np.unique(np.sort(ends, axis=1), axis=0, return_inverse=True)
        return cls(quads, edges, number.reshape(-1, 4), vertex_count)

    @property
    def quads(self) -> NDArray[np.int64]:
        """int64[4 * Q, 4], the quads after; child k * Q + q lies at corner k of quad q."""
        edge = self.vertex_count + self.quad_edges
        face = self.vertex_count + len(self.edges) + np.arange(len(self.parents))
        children = [
            np.stack([self.parents[:, k], edge[:, k], face, edge[:, k - 1]], axis=1)
            for k in range(4)
        ]
        return np.concatenate(children)

    def interpolate(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Plain averages at the new vertices: for attributes that must not be smoothed."""
        middle = values[self.edges].mean(axis=1)
        return np.concatenate([values, middle, values[self.parents].mean(axis=1)])

    def smooth(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Catmull-Clark positions at the new vertices: float64[V + E + Q, 3]."""
        faces = positions[self.parents].mean(axis=1)
        middle = positions[self.edges].mean(axis=1)
        uses = np.bincount(self.quad_edges.ravel(), minlength=len(self.edges))
        around = _scatter(self.quad_edges, np.repeat(faces[:, None], 4, axis=1), len(self.edges))
        is_inner = (uses == 2)[:, None]
        edge_points = np.where(is_inner, (2 * middle + around) / 4, middle)
        moved = self._old_vertices(positions, faces, middle, uses)
        return np.concatenate([moved, edge_points, faces])

    def _old_vertices(
        self,
        positions: NDArray[np.float64],
        faces: NDArray[np.float64],
        middle: NDArray[np.float64],
        uses: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        count = self.vertex_count
        valence = np.bincount(self.parents.ravel(), minlength=count)[:, None]
        degree = np.maximum(valence, 1)
        face_mean = _scatter(self.parents, np.repeat(faces[:, None], 4, axis=1), count) / degree
        both = np.repeat(middle[:, None], 2, axis=1)
        edge_mean = _scatter(self.edges, both, count) / degree
        inner = (face_mean + 2 * edge_mean + (degree - 3) * positions) / degree
        rim = uses == 1
        is_rim = np.zeros(count, dtype=bool)
        is_rim[self.edges[rim]] = True
        rim_sum = _scatter(self.edges[rim], both[rim], count)
        on_rim = positions / 2 + rim_sum / 4
        result = np.where(is_rim[:, None], on_rim, inner)
        return np.where(valence > 0, result, positions)


def _scatter(
    index: NDArray[np.int64], values: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    flat = index.ravel()
    columns = values.reshape(len(flat), values.shape[-1]).T
    return np.stack([np.bincount(flat, column, minlength=count) for column in columns], axis=1)
