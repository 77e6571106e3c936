"""What the lens and movement during the exposure make of a point."""

import cv2
import numpy as np
from numpy.typing import NDArray

_OVERSAMPLING = 5


def point_spread(defocus_px: float, motion_px: float, motion_deg: float) -> NDArray[np.float32]:
    """The disc of the defocus, drawn along the streak of the movement.

    Args:
        defocus_px: radius of the disc.
        motion_px: length of the streak.
        motion_deg: its direction.

    Returns:
        `float32[n, n]`, n odd, sum 1.
    """
    reach = int(np.ceil(defocus_px + motion_px / 2))
    side = 2 * reach + 1
    fine = np.zeros((side * _OVERSAMPLING, side * _OVERSAMPLING), np.float32)
    middle = (fine.shape[0] - 1) / 2
    y, x = np.mgrid[: fine.shape[0], : fine.shape[1]] - middle
    angle = np.deg2rad(motion_deg)
    along = x * np.cos(angle) + y * np.sin(angle)
    across = y * np.cos(angle) - x * np.sin(angle)
    beyond = np.maximum(np.abs(along) - motion_px / 2 * _OVERSAMPLING, 0)
    fine[np.hypot(beyond, across) <= max(defocus_px, 0.5) * _OVERSAMPLING] = 1
    kernel = fine.reshape(side, _OVERSAMPLING, side, _OVERSAMPLING).sum(axis=(1, 3))
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def blurred(picture: NDArray[np.float32], kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """The picture, each point spread by the kernel."""
    if kernel.size == 1:
        return picture
    return np.asarray(cv2.filter2D(picture, -1, kernel), dtype=np.float32)
