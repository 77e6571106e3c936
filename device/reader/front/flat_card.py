"""A card as if seen straight from above, with a fixed number of pixels a millimetre."""

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_outline import HEIGHT_MM, WIDTH_MM, Corners, Picture
from device.reader.front.layout import Box

PX_PER_MM = 12
T = TypeVar("T", bound=np.generic)

_WIDTH_PX, _HEIGHT_PX = round(WIDTH_MM * PX_PER_MM), round(HEIGHT_MM * PX_PER_MM)


def straighten(image: Picture, corners: Corners) -> Picture:
    """The card between four corners, `uint8[648, 1027, 3], RGB`.

    Args:
        image: `uint8[H, W, 3], RGB`.
        corners: `float32[4, 2]`, clockwise, a long side first: it becomes the upper one.
    """
    ends = [[0, 0], [_WIDTH_PX, 0], [_WIDTH_PX, _HEIGHT_PX], [0, _HEIGHT_PX]]
    to_flat = cv2.getPerspectiveTransform(corners, np.array(ends, np.float32))
    flat = cv2.warpPerspective(image, to_flat, (_WIDTH_PX, _HEIGHT_PX), flags=cv2.INTER_LINEAR)
    return np.asarray(flat, np.uint8)


def turned(card: Picture) -> Picture:
    """The same card, turned by 180 degrees; shares its memory."""
    return card[::-1, ::-1]


def part(card: NDArray[T], box: Box, px_per_mm: int = PX_PER_MM) -> NDArray[T]:
    """What is in a box of a card, or of what was made of it; shares its memory."""
    left, top, right, bottom = (
        max(0, round(mm * px_per_mm))
        for mm in (box.left_mm, box.top_mm, box.right_mm, box.bottom_mm)
    )
    return card[top:bottom, left:right]
