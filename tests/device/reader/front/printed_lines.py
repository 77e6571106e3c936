"""Lines of print for the tests of this folder."""

import numpy as np
from PIL import Image, ImageDraw

from device.reader.front.ink import Ink, Print
from tests.hw_sim.card_front.fonts import DEFAULT_FAMILY, font

EM_PX = 34


def printed(
    *lines: str, height_px: int = 130, width_px: int = 400, family: str = DEFAULT_FAMILY
) -> Ink:
    """Ink of a part of a card, lines 58 pixels apart."""
    page = Image.new("L", (width_px, height_px), 0)
    for row, words in enumerate(lines):
        ImageDraw.Draw(page).text((20, 14 + 58 * row), words, 255, font(family, EM_PX))
    return np.asarray(page, np.float32) / 255


def undamaged(ink: Ink) -> Print:
    """Print without a scratch."""
    return Print(ink, np.zeros(ink.shape, bool))
