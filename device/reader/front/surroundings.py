"""What lies on the tray beside the card: bare ground, a sleeve's rim, another card."""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_outline import (
    HEIGHT_MM,
    WIDTH_MM,
    Corners,
    Picture,
)

Floats = NDArray[np.float32]

_DIFFERENT = 8.0
"""From the ground, CIE L*a*b*."""
_SIZE_PX = (160, 120)
_RIM_PX = 3
_MARGIN_MM = 8
_BESIDE_MM = (4, 7)
"""A sleeve reaches less far from the card, and the lens bends less."""
_WIDER_THAN_A_FINGER_MM = 34
_LARGE_SHARE = 0.25
_FULL_SHARE = 0.6


def is_large_thing_there(image: Picture) -> bool:
    """Whether something as large as a card lies there, whatever its shape."""
    return bool(differs_from_ground(soft_colours(image)).mean() > _LARGE_SHARE)


def is_another_thing_beside(image: Picture, corners: Corners) -> bool:
    """Whether something wider than a finger sticks out from under or over the card.

    Args:
        image: `uint8[H, W, 3], RGB`.
        corners: of the card, `float32[4, 2]`.
    """
    differs = differs_from_ground(soft_colours(image))
    scale = np.array(_SIZE_PX) / (image.shape[1], image.shape[0])
    plane = _with_margin(differs, (corners * scale).astype(np.float32))
    first, last = _BESIDE_MM
    return any(
        _longest_run(row) > _WIDER_THAN_A_FINGER_MM
        for side in (plane, plane[::-1], plane.T, plane.T[::-1])
        for row in (side[_MARGIN_MM - last : _MARGIN_MM - first].mean(axis=0) > _FULL_SHARE,)
    )


def _with_margin(small: NDArray[np.uint8], corners: Corners) -> NDArray[np.uint8]:
    """The card's plane, a pixel a millimetre; what the picture does not show is ground."""
    left, right = _MARGIN_MM, _MARGIN_MM + WIDTH_MM
    top, bottom = _MARGIN_MM, _MARGIN_MM + HEIGHT_MM
    places = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    to_plane = cv2.getPerspectiveTransform(corners, places)
    size = (round(right + _MARGIN_MM), round(bottom + _MARGIN_MM))
    return np.asarray(cv2.warpPerspective(small, to_plane, size, flags=cv2.INTER_NEAREST))


def _longest_run(is_there: NDArray[np.bool_]) -> int:
    ends = np.flatnonzero(np.diff(np.concatenate([[0], is_there.astype(np.int8), [0]])))
    return int((ends[1::2] - ends[::2]).max(initial=0))


def soft_colours(image: Picture) -> Floats:
    """The whole picture, too small to read in, `float32[120, 160, 3], CIE L*a*b*`.

    Args:
        image: `uint8[H, W, 3], RGB`.
    """
    small = cv2.resize(image, _SIZE_PX, interpolation=cv2.INTER_AREA)
    soft = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), np.float32)
    return np.asarray(cv2.cvtColor(soft / 255, cv2.COLOR_RGB2LAB), np.float32)


def differs_from_ground(lab: Floats, least: float = _DIFFERENT) -> NDArray[np.uint8]:
    """Where something lies on the tray, `uint8[120, 160]`, 0 or 1.

    Args:
        lab: as `soft_colours` gives it.
        least: difference, CIE L*a*b*.
    """
    height, width = lab.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    plane = np.stack([np.ones_like(x), x / width - 0.5, y / height - 0.5], axis=-1)
    is_rim = np.ones((height, width), bool)
    is_rim[_RIM_PX:-_RIM_PX, _RIM_PX:-_RIM_PX] = False
    colours, at = lab[is_rim][::3], plane[is_rim][::3]
    is_ground = np.ones(len(at), bool)
    # Light falls off across the tray; whatever reaches over the rim is no ground and is left out.
    for kept_share in (0.6, 0.7, 0.8):
        fit = np.linalg.lstsq(at[is_ground], colours[is_ground], rcond=None)[0]
        off = np.linalg.norm(colours - at @ fit, axis=1)
        is_ground = off <= np.quantile(off, kept_share)
    distance = np.linalg.norm(lab - plane @ fit, axis=2)
    return np.asarray(distance > least, np.uint8)
