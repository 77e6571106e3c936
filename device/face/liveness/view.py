"""The grey, upright view of a face in which eyes and stillness are watched."""

import numpy as np

from device.face.port import Image, Values
from device.face.quality import grey_face

SIDE_PX = 128
EYE_DISTANCE_PX = 48.0
EYES_PX = ((40, 44), (88, 44))
TEMPLATE = np.array([*EYES_PX, (64, 76), (47, 97), (81, 97)], np.float32)
"""Where the five points of a face that looks ahead come to lie: x, y, px."""


def view_of(image: Image, points: Values) -> Values:
    """Cuts out a face by its five points.

    Args:
        image: `uint8[H, W, 3], RGB`.
        points: float32[5, 2], px.

    Returns:
        float32[128, 128], 0..255; a fresh array.
    """
    return grey_face(image, points, TEMPLATE, SIDE_PX)
