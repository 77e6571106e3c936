"""A surgical mask: skin of the lower face once more, smoothed, further out and cut to shape."""

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.meshes import neighbour_mean, vertex_normals
from tests.hw_sim.rendering.noise import Noise, smoothstep

_TOP = ((0.0, 7.13), (0.12, 7.08), (0.3, 6.95), (0.62, 6.86), (0.7, 6.86))
"""Upper edge over the distance from the middle, x and y on the base mesh."""
_BOTTOM = ((0.0, 6.2), (0.25, 6.24), (0.5, 6.4), (0.62, 6.5), (0.7, 6.5))
_SIDE_X_DM = 0.66
_LOOP_Y_DM = 6.84
_LOOP_DM = 0.02
_BEHIND_Z_DM = 0.4
_SIDE_Y_DM = 6.75
_JAW_SLOPE = 0.9
"""How fast the sheet's rear edge comes forward below that height."""
_PLEATS_Y_DM = (6.8, 6.62, 6.45)
_GAP_DM = 0.03
_ROUNDS = 120
_TENT_ROUNDS = 22
_ALBEDO = np.array([0.70, 0.74, 0.76])


def stretched(body: NDArray[np.float64], triangles: NDArray[np.int64]) -> NDArray[np.float64]:
    """Vertices of the triangles moved out to a sheet without features that hides the nose."""
    used, compact = np.unique(triangles, return_inverse=True)
    compact = compact.reshape(-1, 3)
    plain = neighbour_mean(body[used], compact, _ROUNDS)
    outward = vertex_normals(plain, compact)
    bulge = ((body[used] - plain) * outward).sum(axis=1)
    for _ in range(_TENT_ROUNDS):
        np.maximum.at(bulge, compact.ravel(), np.repeat(bulge[compact].max(axis=1), 3))
    bulge = neighbour_mean(np.clip(bulge, 0, None)[:, None], compact, _TENT_ROUNDS)
    result = body.copy()
    result[used] = plain + (bulge + _GAP_DM) * outward
    return result


def inside_mask_dm(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far base-mesh points lie inside the mask or its ear loops; negative outside."""
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    top, bottom = (np.interp(x, *np.array(edge).T) for edge in (_TOP, _BOTTOM))
    sheet = np.minimum(np.minimum(top - y, y - bottom), _SIDE_X_DM - x)
    loops = np.where(x > _SIDE_X_DM - 0.1, _LOOP_DM - np.abs(y - _LOOP_Y_DM), -1.0)
    result: NDArray[np.float64] = np.maximum(sheet, loops)
    under_jaw = _JAW_SLOPE * np.clip(_SIDE_Y_DM - y, 0, None)
    return np.where(z > _BEHIND_Z_DM + under_jaw, result, -1.0)


def paint_mask(points: NDArray[np.float64], noise: Noise) -> NDArray[np.float64]:
    """Albedo of the mask at base-mesh points, float64[n, 3]."""
    y = points[:, 1]
    pleats = np.max([np.exp(-(((y - line) / 0.014) ** 2)) for line in _PLEATS_Y_DM], axis=0)
    pleats *= smoothstep(0.62, 0.5, np.abs(points[:, 0]))
    hem = smoothstep(0.05, 0.03, inside_mask_dm(points))
    shade = 1 + 0.04 * noise(points, 0.02) - 0.22 * pleats - 0.1 * hem
    result: NDArray[np.float64] = _ALBEDO * shade[:, None]
    return result
