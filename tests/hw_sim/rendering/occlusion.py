"""How much of the surrounding light reaches a point: soft shadow by views from many directions."""

import numpy as np
from numpy.typing import NDArray

_CELL_DM = 0.03
_SIDE = 288
_MIDDLE = np.array([0.0, 6.6, 0.3])


def sky_directions(count: int) -> NDArray[np.float64]:
    """Evenly spread unit vectors over the sphere, float64[count, 3] (Fibonacci lattice)."""
    index = np.arange(count) + 0.5
    height = 1 - 2 * index / count
    around = index * np.pi * (3 - np.sqrt(5))
    ring = np.sqrt(1 - height**2)
    return np.stack([ring * np.cos(around), height, ring * np.sin(around)], axis=1)


class Occluders:
    """Points dense enough to close a grid of 0.03 dm, which take light from what lies behind."""

    def __init__(self, points: NDArray[np.float64]) -> None:
        self._points = points
        self._maps: dict[bytes, NDArray[np.float64]] = {}

    def visibility(
        self,
        points: NDArray[np.float64],
        direction: NDArray[np.float64],
        bias_dm: float,
        softness_dm: float,
    ) -> NDArray[np.float64]:
        """Share of light from `direction` that reaches each point, float64[n].

        Light fades with the depth of a point behind the nearest occluder, so thin layers such as
        hair let some through.
        """
        nearest = self._depth_map(direction)[_cells(points, *_axes(direction))]
        behind = nearest - points @ direction - bias_dm
        result: NDArray[np.float64] = np.exp(-np.clip(behind, 0, None) / softness_dm)
        return result

    def _depth_map(self, direction: NDArray[np.float64]) -> NDArray[np.float64]:
        key = direction.tobytes()
        if key not in self._maps:
            depth_map = np.full(_SIDE * _SIDE, -np.inf)
            cell = _cells(self._points, *_axes(direction))
            np.maximum.at(depth_map, cell, self._points @ direction)
            self._maps[key] = _softened(depth_map.reshape(_SIDE, _SIDE)).ravel()
        return self._maps[key]


def _axes(direction: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    helper = np.array([0.0, 1.0, 0.0]) if abs(direction[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    across = np.cross(helper, direction)
    across /= np.linalg.norm(across)
    return across, np.cross(direction, across)


def _cells(
    points: NDArray[np.float64], across: NDArray[np.float64], up: NDArray[np.float64]
) -> NDArray[np.int64]:
    column, row = (_steps(points, axis) for axis in (across, up))
    return row * _SIDE + column


def _steps(points: NDArray[np.float64], axis: NDArray[np.float64]) -> NDArray[np.int64]:
    """Cells along an axis, counted from the edge of the grid around the head."""
    start = _SIDE / 2 - float(_MIDDLE @ axis) / _CELL_DM
    return np.clip((points @ (axis / _CELL_DM) + start).astype(np.int32), 0, _SIDE - 1)


def _softened(depth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fills single empty cells from their neighbours."""
    padded = np.pad(depth, 1, constant_values=-np.inf)
    around = np.max(
        [np.roll(padded, shift, axis)[1:-1, 1:-1] for axis in (0, 1) for shift in (1, -1)], axis=0
    )
    return np.where(np.isfinite(depth), depth, around - 0.02)
