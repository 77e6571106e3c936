"""The grey, upright view of a face in which eyes and relief are measured."""

import numpy as np

from device.face.alignment import align
from device.face.port import Image, Values
from device.face.quality import GREY_WEIGHTS

SIDE_PX = 128
EYE_DISTANCE_PX = 48.0
EYES_PX = ((40, 44), (88, 44))
TEMPLATE = np.array([*EYES_PX, (64, 76), (47, 97), (81, 97)], np.float32)
"""Where the five points of a face that looks ahead come to lie: x, y, px."""


def view_of(image: Image, points: Values, margin_px: int = 0) -> Values:
    """Cuts out a face by its five points.

    Args:
        image: `uint8[H, W, 3], RGB`.
        points: float32[5, 2], px.
        margin_px: how much more is to be seen on each side.

    Returns:
        float32[S, S], 0..255, S = 128 + 2 · margin; a fresh array.
    """
    chip = align(image, points, TEMPLATE + margin_px, SIDE_PX + 2 * margin_px)
    grey = chip.astype(np.float32) @ GREY_WEIGHTS
    chip.fill(0)
    return grey
