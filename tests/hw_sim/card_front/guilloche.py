"""The blank card: pale tints and fine wavy lines, the same on every card of a lot."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.layout import FLAT_SIZE_PX, PX_PER_MM

_PINK, _GREEN, _BLUE = (
    np.array(colour, np.float32) for colour in ((250, 218, 222), (222, 240, 222), (214, 228, 246))
)
_LINES = ((190, 120, 140), (120, 160, 190), (130, 175, 140))


@lru_cache(maxsize=2)
def _pattern() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    width, height = FLAT_SIZE_PX
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    ground = _PINK * (1 - x) + _BLUE * x
    ground = ground + (0.25 + 0.25 * np.sin(3 * x + 5 * y)) * (_GREEN - ground)
    lines = np.full((height, width, 3), 255, np.uint8)
    for family, colour in enumerate(_LINES):
        _draw_waves(lines, family, colour)
    return ground.astype(np.float32), lines.astype(np.float32) / 255


def _draw_waves(lines: NDArray[np.uint8], family: int, colour: tuple[int, int, int]) -> None:
    width, height = FLAT_SIZE_PX
    x = np.arange(-40, width + 40, 6, dtype=np.float64)
    pitch = PX_PER_MM * (0.9 + 0.25 * family)
    for number in range(-12, int(height / pitch) + 12):
        phase = 0.35 * number + 2.1 * family
        wave = np.sin(x / (PX_PER_MM * (5 + 2 * family)) + phase)
        swell = np.sin(x / (PX_PER_MM * 19) + family)
        y = number * pitch + PX_PER_MM * (1.6 * wave * swell + (family - 1) * x / width * 9)
        points = (np.stack([x, y], axis=1) * 16).round().astype(np.int32)
        cv2.polylines(lines, [points], isClosed=False, color=colour, lineType=cv2.LINE_AA, shift=4)


def blank_card(tint: float) -> NDArray[np.float32]:
    """The card before anything personal is printed.

    Args:
        tint: lot of blank cards, -0.3 (paler) to 0.5 (stronger).

    Returns:
        `float32[H, W, 3], RGB`, 0 to 255.
    """
    ground, lines = _pattern()
    strength = 0.42 + 0.4 * tint
    pale = 255 - (255 - ground) * (1 + tint)
    return pale * (1 - strength * (1 - lines))
