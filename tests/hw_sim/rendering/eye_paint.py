"""Paints the eyeball: sclera, iris and pupil around the direction of gaze."""

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.noise import Noise, smoothstep
from tests.hw_sim.rendering.recipe import Rgb

_IRIS_RADIUS = 0.41
"""Angle from the gaze to the rim of the iris, radians."""
_PUPIL_RADIUS = 0.155
_SCLERA = np.array([0.62, 0.58, 0.55])


def paint_eye(
    directions: NDArray[np.float64], gaze: NDArray[np.float64], iris: Rgb, noise: Noise
) -> NDArray[np.float64]:
    """Albedo at the ends of `directions` (unit, from the eyeball's centre), float64[n, 3]."""
    angle = np.arccos(np.clip(directions @ gaze, -1, 1))
    around = np.cross([0.0, 1.0, 0.0], gaze)
    around /= np.linalg.norm(around)
    turn = np.arctan2(directions @ np.cross(gaze, around), directions @ around)
    spokes = np.stack([np.cos(turn) * 3, np.sin(turn) * 3, angle * 0.6], axis=1)
    fibre = 1 + 0.45 * noise(spokes, 0.22) + 0.2 * noise(spokes, 0.09)
    inner = smoothstep(_PUPIL_RADIUS, 0.3, angle)
    colour = np.array(iris) * (fibre * (1.6 - 0.6 * inner))[:, None]
    rim = smoothstep(_IRIS_RADIUS - 0.1, _IRIS_RADIUS, angle)
    colour *= (1 - 0.75 * rim)[:, None]
    colour *= smoothstep(_PUPIL_RADIUS - 0.03, _PUPIL_RADIUS + 0.03, angle)[:, None]
    veins = 0.04 * noise(directions, 0.3) + 0.16 * smoothstep(0.7, 1.15, angle)
    white = _SCLERA * (1 - veins[:, None] * np.array([0.3, 1.2, 1.1]))
    outside = smoothstep(_IRIS_RADIUS - 0.03, _IRIS_RADIUS + 0.04, angle)[:, None]
    result: NDArray[np.float64] = np.clip(colour + outside * (white - colour), 0.003, 1)
    return result
