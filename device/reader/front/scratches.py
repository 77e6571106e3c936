"""Finds scratches: straight thin lines brighter than the card, under which ink may be gone.

A 5 that a scratch took the corner from is a 6 to every reader, in every picture.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_outline import Picture

_BRIGHTER = 0.05
"""Than the card beside it, at least."""
_NOISE = 3.5
"""Of usual differences in brightness: what is brighter by less is noise."""
_THIN = 0.04
"""Brighter than everything a third of a millimetre away, by this share."""
_LEAST_VOTES, _LEAST_LENGTH_PX, _WIDEST_GAP_PX = 28, 34, 10
_WIDTH_PX = 3
"""Of each line found: a wide scratch is found as several, and a digit painted over by more is
another one."""


def scratches_in(part: Picture) -> NDArray[np.bool_]:
    """`bool[H, W]`: where scratches run.

    Args:
        part: of the straightened card.
    """
    soft = cv2.GaussianBlur(part.max(axis=2), (0, 0), 1.0)
    paper = _paper(soft)
    brighter = soft / paper - 1
    usual = float(np.median(np.abs(brighter - np.median(brighter))))
    around = cv2.morphologyEx(soft, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    is_thin = soft - around.astype(np.float32) > _THIN * paper
    is_bright = (brighter > max(_BRIGHTER, _NOISE * usual)) & is_thin
    found = cv2.HoughLinesP(
        is_bright.astype(np.uint8),
        1,
        np.pi / 360,
        _LEAST_VOTES,
        minLineLength=_LEAST_LENGTH_PX,
        maxLineGap=_WIDEST_GAP_PX,
    )
    drawn = np.zeros(soft.shape, np.uint8)
    for x0, y0, x1, y1 in [] if found is None else found[:, 0].tolist():
        cv2.line(drawn, (x0, y0), (x1, y1), (1,), _WIDTH_PX)
    return np.asarray(drawn > 0, np.bool_)


def _paper(soft: NDArray[np.uint8]) -> NDArray[np.float32]:
    without_ink = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    return np.maximum(cv2.medianBlur(without_ink, 41).astype(np.float32), 1)
