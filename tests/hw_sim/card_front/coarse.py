"""Smooth fields are worked out on every eighth pixel and drawn out to the whole picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.shot import FRAME_HEIGHT_PX, FRAME_WIDTH_PX

STEP_PX = 8


def coarse_points() -> NDArray[np.float64]:
    """Pixels at which a field is worked out, one row and column beyond each edge.

    Returns:
        `float64[122, 162, 2]`: x, y.
    """
    x = (np.arange(-1, FRAME_WIDTH_PX // STEP_PX + 1) + 0.5) * STEP_PX - 0.5
    y = (np.arange(-1, FRAME_HEIGHT_PX // STEP_PX + 1) + 0.5) * STEP_PX - 0.5
    return np.stack(np.meshgrid(x, y), axis=-1)


def drawn_out(field: NDArray[np.float64] | NDArray[np.float32]) -> NDArray[np.float32]:
    """A field on `coarse_points` for every pixel of the picture.

    Returns:
        `float32[960, 1280]` or `float32[960, 1280, channels]`.
    """
    size = (FRAME_WIDTH_PX + 2 * STEP_PX, FRAME_HEIGHT_PX + 2 * STEP_PX)
    whole = cv2.resize(field.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole[STEP_PX:-STEP_PX, STEP_PX:-STEP_PX], dtype=np.float32)
