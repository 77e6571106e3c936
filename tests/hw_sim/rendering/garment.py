"""The garment's opening and cloth."""

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.noise import Noise, smoothstep
from tests.hw_sim.rendering.recipe import Neckline, Rgb

_BAND_DM = 0.16


def below_neckline_dm(points: NDArray[np.float64], neckline: Neckline) -> NDArray[np.float64]:
    """How far base-mesh points lie inside the garment; negative on the bare neck."""
    x, y, z = points.T
    on_shoulder = np.clip(np.abs(x) - 0.75, 0, None)
    height = 5.72 - 0.2 * z + 0.22 * smoothstep(0.2, 0.75, np.abs(x)) + 0.6 * on_shoulder
    if neckline is Neckline.V:
        front = smoothstep(0.0, 0.5, z)
        height = height + 0.1 - front * np.clip(0.75 - 1.0 * np.abs(x), 0, None)
    result: NDArray[np.float64] = height - y
    return result


def paint_cloth(
    points: NDArray[np.float64], colour: Rgb, neckline: Neckline, noise: Noise
) -> NDArray[np.float64]:
    """Albedo of the cloth at base-mesh points, float64[n, 3]."""
    weave = 1 + 0.08 * noise(points, 0.018) + 0.1 * noise(points, 0.4)
    inside = below_neckline_dm(points, neckline)
    seam = np.exp(-(((inside - _BAND_DM) / 0.012) ** 2))
    ribs = 0.07 * np.sin(np.arctan2(points[:, 0], points[:, 2]) * 160) * (inside < _BAND_DM)
    result: NDArray[np.float64] = np.array(colour) * (weave * (1 - 0.45 * seam) + ribs)[:, None]
    return result


def fold_normals(
    points: NDArray[np.float64], normals: NDArray[np.float64], noise: Noise
) -> NDArray[np.float64]:
    """Normals tilted by the folds of the cloth."""
    stretched = points * [1.0, 0.45, 0.8]
    tilt = np.stack([noise(stretched + k, 0.35) for k in (2.0, 9.0, 17.0)], axis=1)
    bent = normals + 0.22 * tilt
    result: NDArray[np.float64] = bent / np.linalg.norm(bent, axis=1, keepdims=True)
    return result
