"""Finds light too strong for the camera: nothing of the print is left there to be seen."""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_outline import Picture
from device.reader.front.flat_card import PX_PER_MM

_BLINDING = 250
"""Of 255, in the strongest colour; ink is as light there as paper."""
_LEAST_MM = 1.2
"""Wider than the white between two digits."""
CODE_REACH_MM = 0.3
"""Beside the light, print is paler. Of four digits, none is missed when it is wholly hidden."""
YEAR_REACH_MM = 3.0
"""Of a year, one may be: its neighbour then looks like a number of its own."""


def blinded_in(part: Picture, reach_mm: float) -> NDArray[np.bool_]:
    """`bool[H, W]`: where light may hide a digit or the white beside one.

    Args:
        part: of the straightened card.
        reach_mm: beside the light; `CODE_REACH_MM` or `YEAR_REACH_MM`.
    """
    is_blinding = (part.max(axis=2) >= _BLINDING).astype(np.uint8)
    wide = cv2.morphologyEx(is_blinding, cv2.MORPH_OPEN, _disc(_LEAST_MM))
    return np.asarray(cv2.dilate(wide, _disc(2 * reach_mm)) > 0, np.bool_)


def _disc(width_mm: float) -> NDArray[np.uint8]:
    width_px = 2 * round(width_mm / 2 * PX_PER_MM) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width_px, width_px))
    return np.asarray(disc, np.uint8)
