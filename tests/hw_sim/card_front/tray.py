"""The empty tray: grey, rough, a little dusty."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.shot import FRAME_HEIGHT_PX, FRAME_WIDTH_PX


@lru_cache(maxsize=4)
def tray_picture(level: float, grain: float, seed: int) -> NDArray[np.uint8]:
    """The tray as the camera sees it under even light.

    Args:
        level: brightness of its grey in sRGB, 0 to 1.
        grain: roughness, 0 to 1.
        seed: of its texture.

    Returns:
        `uint8[960, 1280, 3], RGB`; not to be written to.
    """
    rng = np.random.default_rng([seed, 3])
    size = (FRAME_WIDTH_PX, FRAME_HEIGHT_PX)
    grey = np.full((FRAME_HEIGHT_PX, FRAME_WIDTH_PX), level * 255, np.float32)
    for cells, strength in ((2, 0.10), (6, 0.06), (60, 0.05)):
        shape = (FRAME_HEIGHT_PX // cells, FRAME_WIDTH_PX // cells)
        noise = rng.normal(0, 1, shape).astype(np.float32)
        grey += 255 * level * grain * strength * cv2.resize(noise, size)
    for _ in range(int(rng.poisson(30 * grain))):
        start = rng.uniform((0, 0), size)
        end = start + rng.normal(0, 25, 2)
        shade = (float(255 * level * rng.uniform(0.6, 1.9)),)
        cv2.line(grey, _pixel(start), _pixel(end), shade, 1, cv2.LINE_AA)
    hue = 1 + rng.normal(0, 0.02, 3)
    picture = np.clip(grey[:, :, None] * hue, 0, 255).astype(np.uint8)
    picture.flags.writeable = False
    return picture


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
