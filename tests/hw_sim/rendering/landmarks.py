"""Where things lie on MakeHuman's unchanged base mesh (hm08), read off its vertices.

All lengths in decimetres: x to the person's left, y up, z forward. Everything painted is placed in
this space, so it follows every change of shape and expression.
"""

import numpy as np
from numpy.typing import NDArray

HEAD_CENTRE = np.array([0.0, 7.5, 0.35])
EYE = np.array([0.308, 7.284, 1.40])
BROW = ((0.12, 7.395), (0.2, 7.418), (0.33, 7.438), (0.44, 7.428), (0.53, 7.39), (0.59, 7.345))
LIP_SEAM_Y = 6.615
LIP_CORNER_X = 0.262
UPPER_LIP_TOP = ((0.0, 6.682), (0.05, 6.697), (0.12, 6.678), (0.2, 6.643), (0.262, 6.612))
LOWER_LIP_BOTTOM = ((0.0, 6.495), (0.08, 6.5), (0.16, 6.53), (0.22, 6.572), (0.262, 6.608))
CHEEK = (0.48, 6.95)
NOSE_TIP = (0.0, 6.93)

_BROW_REACH_X = 0.47
"""From the inner end of the brow to its outer end."""

# Hairline height over the angle from straight ahead (0) to the nape (pi).
_HAIRLINE_ANGLE = (0.0, 0.35, 0.6, 0.8, 0.95, 1.03, 1.12, 1.2, 1.52, 1.7, 2.1, np.pi)
_HAIRLINE_Y = (8.0, 7.98, 7.9, 7.72, 7.47, 7.22, 7.18, 7.42, 7.42, 6.9, 6.62, 6.45)


def brow_path(arch_dm: float, slope_dm: float) -> tuple[tuple[float, float], ...]:
    """The brow's middle line, its middle raised by `arch_dm`, its outer end by half `slope_dm`."""
    start = BROW[0][0]
    along = [(x - start) / _BROW_REACH_X for x, _ in BROW]
    return tuple(
        (x, y + arch_dm * 4 * part * (1 - part) + slope_dm * (part - 0.5))
        for (x, y), part in zip(BROW, along, strict=True)
    )


def above_hairline_dm(points: NDArray[np.float64], recession_dm: float) -> NDArray[np.float64]:
    """How far points of the base mesh lie above the hairline; negative on the bare face."""
    x, y, z = points.T
    angle = np.arctan2(np.abs(x), z - 0.3)
    line = np.interp(angle, _HAIRLINE_ANGLE, _HAIRLINE_Y)
    temple = np.exp(-(((angle - 0.55) / 0.3) ** 2))
    forehead = np.exp(-((angle / 0.5) ** 2))
    result: NDArray[np.float64] = y - line - recession_dm * (temple + 0.6 * forehead)
    return result
