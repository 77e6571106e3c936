"""The painted skin, baked once into a map wrapped around the head like a label round a tin."""

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering import landmarks as at
from tests.hw_sim.rendering.raster import nearest, rasterize
from tests.hw_sim.rendering.recipe import PersonRecipe
from tests.hw_sim.rendering.skin_paint import paint_skin

WIDTH = 800
HEIGHT = 480
_LOW_Y_DM = 5.2
_HIGH_Y_DM = 8.6
_AXIS_Z_DM = 0.3
_BACK_Z_DM = -0.1
"""Behind it, hair hides the skin, which is painted plainly."""


class SkinMap:
    """Albedo, gloss and relief slope over the angle around and the height on the base mesh."""

    def __init__(
        self, base: NDArray[np.float64], triangles: NDArray[np.int64], recipe: PersonRecipe
    ) -> None:
        points, is_known = _surface_points(base, triangles)
        is_known &= points[:, 2] > _BACK_Z_DM
        paint = paint_skin(points[is_known], recipe)
        is_bare = at.above_hairline_dm(points, recipe.hair.recession_dm) < 0
        albedo = np.where(is_bare[:, None], recipe.skin.tone, recipe.hair.colour)
        gloss, relief = np.full(len(points), 0.3), np.zeros(len(points))
        albedo[is_known], gloss[is_known] = paint.albedo, paint.gloss
        relief[is_known] = paint.height_dm
        relief = relief.reshape(HEIGHT, WIDTH)
        radius = np.hypot(points[:, 0], points[:, 2] - _AXIS_Z_DM).reshape(HEIGHT, WIDTH)
        per_row = -(_HIGH_Y_DM - _LOW_Y_DM) / HEIGHT
        per_column = np.maximum(radius, 0.2) * 2 * np.pi / WIDTH
        slope_up = np.gradient(relief, axis=0) / per_row
        slope_around = np.gradient(relief, axis=1) / per_column
        flat = [albedo, gloss[:, None], slope_around.reshape(-1, 1), slope_up.reshape(-1, 1)]
        self._map = np.concatenate(flat, axis=1).reshape(HEIGHT, WIDTH, -1)

    def sample(self, base: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map values at base-mesh points: float64[n, 6] = albedo, gloss, slope around, slope up."""
        column, row = _map_position(base)
        left = np.floor(column).astype(np.int64)
        top = np.clip(np.floor(row).astype(np.int64), 0, HEIGHT - 2)
        part_x, part_y = (column - left)[:, None], np.clip(row - top, 0, 1)[:, None]
        left %= WIDTH
        right = (left + 1) % WIDTH
        upper = self._map[top, left] * (1 - part_x) + self._map[top, right] * part_x
        lower = self._map[top + 1, left] * (1 - part_x) + self._map[top + 1, right] * part_x
        result: NDArray[np.float64] = upper * (1 - part_y) + lower * part_y
        return result


def around_direction(base: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors along the map's rows at base-mesh points, float64[n, 3]."""
    angle = np.arctan2(base[:, 0], base[:, 2] - _AXIS_Z_DM)
    return np.stack([np.cos(angle), np.zeros_like(angle), -np.sin(angle)], axis=1)


def _map_position(base: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    angle = np.arctan2(base[:, 0], base[:, 2] - _AXIS_Z_DM)
    column = (angle / (2 * np.pi) + 0.5) * WIDTH
    row = (_HIGH_Y_DM - base[:, 1]) / (_HIGH_Y_DM - _LOW_Y_DM) * HEIGHT
    return column, np.clip(row, 0, HEIGHT - 1)


def _surface_points(
    base: NDArray[np.float64], triangles: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The outermost point of the mesh at every map cell, and whether there is one."""
    column, _ = _map_position(base)
    row = (_HIGH_Y_DM - base[:, 1]) / (_HIGH_Y_DM - _LOW_Y_DM) * HEIGHT
    radius = np.hypot(base[:, 0], base[:, 2] - _AXIS_Z_DM)
    flat = np.stack([column, row, 10.0 - radius], axis=1)
    spread = np.ptp(column[triangles], axis=1)
    fragments = rasterize(flat, triangles[spread < WIDTH / 2], WIDTH, HEIGHT)
    outer = nearest(fragments, WIDTH * HEIGHT)
    points = np.zeros((WIDTH * HEIGHT, 3))
    points[outer.pixel] = outer.interpolate(triangles[spread < WIDTH / 2], base)
    is_known = np.zeros(WIDTH * HEIGHT, dtype=bool)
    is_known[outer.pixel] = True
    return points, is_known
