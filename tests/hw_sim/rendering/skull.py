"""The head as distances from its centre, so that hair can be kept outside it."""

import numpy as np
from numpy.typing import NDArray

_ROWS = 60
_COLUMNS = 120


class Skull:
    """Surface distance in every direction from a centre inside the head."""

    def __init__(self, surface: NDArray[np.float64], centre: NDArray[np.float64]) -> None:
        self._centre = centre
        row, column, radius = self._polar(surface)
        cell = (
            np.rint(row).astype(np.int64) * _COLUMNS + np.rint(column).astype(np.int64) % _COLUMNS
        )
        radii = np.zeros((_ROWS + 1) * _COLUMNS)
        np.maximum.at(radii, cell, radius)
        self._radii = _without_gaps(radii.reshape(_ROWS + 1, _COLUMNS))

    def outward(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unit vectors away from the centre, float64[n, 3]."""
        away = points - self._centre
        result: NDArray[np.float64] = away / np.maximum(
            np.linalg.norm(away, axis=1, keepdims=True), 1e-9
        )
        return result

    def push_out(
        self, points: NDArray[np.float64], distance_dm: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Points moved outwards where they are nearer to the surface than `distance_dm`."""
        row, column, radius = self._polar(points)
        wanted = np.maximum(radius, self._sample(row, column) + distance_dm)
        result: NDArray[np.float64] = self._centre + self.outward(points) * wanted[:, None]
        return result

    def _polar(
        self, points: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        x, y, z = (points - self._centre).T
        radius = np.sqrt(x * x + y * y + z * z)
        polar = np.arccos(np.clip(y / np.maximum(radius, 1e-9), -1, 1))
        around = np.arctan2(x, z) % (2 * np.pi)
        return polar / np.pi * _ROWS, around / (2 * np.pi) * _COLUMNS, radius

    def _sample(self, row: NDArray[np.float64], column: NDArray[np.float64]) -> NDArray[np.float64]:
        top = np.minimum(row.astype(np.int64), _ROWS - 1)
        left = column.astype(np.int64) % _COLUMNS
        right = (left + 1) % _COLUMNS
        part_y, part_x = row - top, column - np.floor(column)
        upper = self._radii[top, left] * (1 - part_x) + self._radii[top, right] * part_x
        lower = self._radii[top + 1, left] * (1 - part_x) + self._radii[top + 1, right] * part_x
        result: NDArray[np.float64] = upper * (1 - part_y) + lower * part_y
        return result


def _without_gaps(radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Empty cells take the mean of their known neighbours until none is left."""
    while (radii == 0).any():
        near = np.pad(radii, ((1, 1), (0, 0)))
        shifted = [near[:-2], near[2:], np.roll(radii, 1, axis=1), np.roll(radii, -1, axis=1)]
        known = np.sum([part > 0 for part in shifted], axis=0)
        mean = np.sum(shifted, axis=0) / np.maximum(known, 1)
        radii = np.where(radii == 0, mean, radii)
    return radii
