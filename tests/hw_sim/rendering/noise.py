"""Smooth pseudo-random functions of a point in space."""

import numpy as np
from numpy.typing import NDArray

_SIDE = 64


class Noise:
    """Value noise: random numbers on a lattice, blended smoothly in between, mean 0."""

    def __init__(self, seed: int) -> None:
        self._lattice = np.random.default_rng(seed).uniform(-1, 1, _SIDE**3).astype(np.float32)

    def __call__(self, points: NDArray[np.float64], cell_dm: float) -> NDArray[np.float64]:
        """Noise in -1..1 at `points` (float64[n, 3], decimetres) with features of `cell_dm`."""
        scaled = (points / cell_dm).astype(np.float32)
        cell = np.floor(scaled)
        part = scaled - cell
        part = part * part * (3 - 2 * part)
        low = cell.astype(np.int32) % _SIDE
        high = (low + 1) % _SIDE
        z = (low[:, 2], high[:, 2])
        rows = [
            (x * _SIDE + y) * _SIDE
            for x in (low[:, 0], high[:, 0])
            for y in (low[:, 1], high[:, 1])
        ]
        flat = self._lattice
        edges = [_blend(flat.take(row + z[0]), flat.take(row + z[1]), part[:, 2]) for row in rows]
        sides = [_blend(edges[k], edges[k + 1], part[:, 1]) for k in (0, 2)]
        return _blend(sides[0], sides[1], part[:, 0]).astype(np.float64)

    def where(
        self, is_needed: NDArray[np.bool_], points: NDArray[np.float64], cell_dm: float
    ) -> NDArray[np.float64]:
        """The same, but 0 where it is not needed, which saves time."""
        result = np.zeros(len(points))
        result[is_needed] = self(points[is_needed], cell_dm)
        return result

    def layered(
        self, points: NDArray[np.float64], cell_dm: float, octaves: int
    ) -> NDArray[np.float64]:
        """Sum of ever finer and weaker noise, roughly in -1..1."""
        layers = [self(points + 7.3 * k, cell_dm / 2**k) / 2**k for k in range(octaves)]
        result: NDArray[np.float64] = np.sum(layers, axis=0) / 1.5
        return result


def _blend(
    start: NDArray[np.float32], end: NDArray[np.float32], part: NDArray[np.float32]
) -> NDArray[np.float32]:
    return start + part * (end - start)


def smoothstep(
    low: float | NDArray[np.float64], high: float | NDArray[np.float64], value: NDArray[np.float64]
) -> NDArray[np.float64]:
    """0 below `low`, 1 above `high`, smooth in between."""
    part = np.clip((value - low) / (high - low), 0, 1)
    result: NDArray[np.float64] = part * part * (3 - 2 * part)
    return result
