"""How much of the surrounding light reaches a point: soft shadow by views from many directions."""

import numpy as np
from numpy.typing import NDArray

_CELL_DM = 0.03
_SIDE = 288


def sky_directions(count: int) -> NDArray[np.float64]:
    """Evenly spread unit vectors over the sphere, float64[count, 3] (Fibonacci lattice)."""
    index = np.arange(count) + 0.5
    height = 1 - 2 * index / count
    around = index * np.pi * (3 - np.sqrt(5))
    ring = np.sqrt(1 - height**2)
    return np.stack([ring * np.cos(around), height, ring * np.sin(around)], axis=1)


def visibility(
    points: NDArray[np.float64],
    occluders: NDArray[np.float64],
    direction: NDArray[np.float64],
    bias_dm: float,
    softness_dm: float,
) -> NDArray[np.float64]:
    """Share of light from `direction` that reaches each point past the occluders, float64[n].

    The occluders are points dense enough to close a grid of 0.03 dm. Light fades with the depth
    of a point behind the nearest occluder, so thin layers such as hair let some through.
    """
    across, up = _axes(direction)
    depth_map = np.full(_SIDE * _SIDE, -np.inf)
    cell = _cells(occluders, across, up)
    towards = occluders @ direction
    np.maximum.at(depth_map, cell, towards)
    depth_map = _softened(depth_map.reshape(_SIDE, _SIDE))
    behind = depth_map.ravel()[_cells(points, across, up)] - points @ direction - bias_dm
    result: NDArray[np.float64] = np.exp(-np.clip(behind, 0, None) / softness_dm)
    return result


def _axes(direction: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    helper = np.array([0.0, 1.0, 0.0]) if abs(direction[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    across = np.cross(helper, direction)
    across /= np.linalg.norm(across)
    return across, np.cross(direction, across)


def _cells(
    points: NDArray[np.float64], across: NDArray[np.float64], up: NDArray[np.float64]
) -> NDArray[np.int64]:
    centred = points - np.array([0.0, 6.6, 0.3])
    plane = np.stack([centred @ across, centred @ up], axis=1) / _CELL_DM + _SIDE / 2
    column, row = np.clip(plane.astype(np.int64), 0, _SIDE - 1).T
    result: NDArray[np.int64] = row * _SIDE + column
    return result


def _softened(depth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fills single empty cells from their neighbours."""
    padded = np.pad(depth, 1, constant_values=-np.inf)
    around = np.max(
        [np.roll(padded, shift, axis)[1:-1, 1:-1] for axis in (0, 1) for shift in (1, -1)], axis=0
    )
    return np.where(np.isfinite(depth), depth, around - 0.02)
