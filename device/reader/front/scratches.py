"""Finds scratches: straight thin lines brighter than the card, under which ink may be gone.

A 5 that a scratch took the corner from is a 6 to every reader, in every picture.
"""

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from device.reader.front.card_outline import Picture

_BRIGHTER = 0.05
"""Than the card beside it, at least."""
_NOISE = 3.5
"""Of usual differences in brightness: what is brighter by less is noise."""
_THIN = 0.04
"""Brighter than everything a third of a millimetre away, by this share."""
_COARSE_PX, _AROUND = 4, 11
"""How light paper is, is asked for at a quarter of the size, in squares of so many pixels."""
_PAPER_PERCENTILE = 70
"""Of them: scratches are the lightest few, and photo and print darken half where they are close."""
_LEAST_VOTES, _LEAST_LENGTH_PX, _WIDEST_GAP_PX = 20, 26, 16
_WIDTH_PX = 2
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
    """How light the card is around each pixel: neither its scratches nor its print and photo."""
    height, width = soft.shape
    without_ink = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    small_size = (max(1, width // _COARSE_PX), max(1, height // _COARSE_PX))
    small = cv2.resize(without_ink, small_size, interpolation=cv2.INTER_AREA)
    framed = np.pad(small, _AROUND // 2, mode="edge")
    around = sliding_window_view(framed, (_AROUND, _AROUND)).reshape(*small.shape, -1)
    light = np.percentile(around, _PAPER_PERCENTILE, axis=2).astype(np.float32)
    full = cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(full, 1), np.float32)
