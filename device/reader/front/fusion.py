"""Lays pictures of the same print over each other: noise and drifting glare go, ink stays."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.ink import Ink, Print, softened

_MOST_SHIFT_PX = 14
"""Sides of the card are found within about a millimetre."""
_INKED_SHARE = 0.6
"""Of the pictures: where light was mirrored in the others, only these show the ink."""
_SOFTNESS_PX = 1.5


def fused(prints: Sequence[Print]) -> Print:
    """The ink that most pictures show, and what is hidden in any of them.

    Args:
        prints: of the same part of the same card; at least one.
    """
    inks = [each.ink for each in prints]
    first = softened(inks[0], _SOFTNESS_PX)
    # Its padding puts a picture of odd size half a pixel beside itself.
    rest = _shift(first, first)
    shifts = [_shift(first, softened(ink, _SOFTNESS_PX)) - rest for ink in inks]
    moved = np.stack([_moved(ink, shift) for ink, shift in zip(inks, shifts, strict=True)])
    most = max(1, round(_INKED_SHARE * len(inks)))
    inkiest = np.partition(moved, len(inks) - most, axis=0)[-most:]
    masks = [each.hidden.astype(np.float32) for each in prints]
    hidden = [_moved(mask, shift) > 0 for mask, shift in zip(masks, shifts, strict=True)]
    return Print(np.asarray(inkiest.mean(axis=0), np.float32), np.any(hidden, axis=0))


def _shift(onto: Ink, ink: Ink) -> NDArray[np.float64]:
    """Pixels to the right and down."""
    window = cv2.createHanningWindow(onto.shape[::-1], cv2.CV_32F)
    shift, _ = cv2.phaseCorrelate(onto, ink, window)
    return np.array(shift)


def _moved(ink: Ink, shift: NDArray[np.float64]) -> Ink:
    if np.abs(shift).max() > _MOST_SHIFT_PX:
        return ink
    back = np.array([[1, 0, -shift[0]], [0, 1, -shift[1]]], np.float32)
    moved = cv2.warpAffine(ink, back, ink.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)
