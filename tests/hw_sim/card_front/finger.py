"""A fingertip on the card: where it covers the card, and how it looks."""

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.layout import CARD_HEIGHT_MM, CARD_WIDTH_MM
from tests.hw_sim.card_front.shot import Edge, Finger
from tests.hw_sim.card_front.view import Points, turned

_LENGTH_MM = 90.0
_INWARD = {
    Edge.LEFT: (1.0, 0.0),
    Edge.RIGHT: (-1.0, 0.0),
    Edge.TOP: (0.0, 1.0),
    Edge.BOTTOM: (0.0, -1.0),
}
_DARK = np.array((92, 58, 42), np.float32)
_LIGHT = np.array((245, 222, 196), np.float32)


def depth_mm(finger: Finger, back_mm: float, plane_mm: Points) -> NDArray[np.float64]:
    """How deep under the finger points of the card's plane lie.

    Args:
        finger: the finger.
        back_mm: how far it has drawn back since the first picture.
        plane_mm: points, from the card's middle.

    Returns:
        Millimetres inside its outline; negative: free.
    """
    inward = np.array(_INWARD[finger.edge])
    half = np.array([CARD_WIDTH_MM, CARD_HEIGHT_MM]) / 2
    sideways = np.array([-inward[1], inward[0]])
    on_edge = -inward * half + sideways * half * (2 * finger.along - 1)
    direction = turned(inward, finger.slant_deg)
    tip = on_edge + direction * (finger.reach_mm - back_mm - finger.radius_mm)
    relative = plane_mm - tip
    along = np.clip(-(relative @ direction), 0, _LENGTH_MM)
    distance = np.linalg.norm(relative + along[..., None] * direction, axis=-1)
    return np.asarray(finger.radius_mm - distance)


def skin(finger: Finger) -> NDArray[np.float32]:
    """Colour of the skin, sRGB 0 to 255."""
    return np.asarray(_DARK + (_LIGHT - _DARK) * finger.tone, dtype=np.float32)
