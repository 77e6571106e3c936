"""A sheet on which words are set before they are printed, knowing where each character stands."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.hw_sim.card_front.fonts import font
from tests.hw_sim.card_front.layout import PX_PER_MM, Box, Line, px

_SOFTNESS_MM = 0.035
"""Of the edge of a printed stroke."""


@dataclass(frozen=True, slots=True)
class Typeface:
    """How the words of one sheet are set."""

    family: str
    """Font family."""
    is_bold: bool = False
    """The bold face."""
    scale: float = 1.0
    """Of the characters, about the line's beginning."""
    right_mm: float = 0.0
    """Shift of every line."""
    down_mm: float = 0.0
    """Shift of every line."""


@dataclass(slots=True)
class InkSheet:
    """Coverage by ink, drawn in black on white and kept as 0 (bare) to 255 (full)."""

    size_px: tuple[int, int]
    """Width and height."""
    picture: Image.Image = field(init=False)
    """Mode L."""

    def __post_init__(self) -> None:
        self.picture = Image.new("L", self.size_px, 0)

    def set_line(self, words: str, line: Line, typeface: Typeface) -> tuple[Box, ...]:
        """Sets one line of words.

        Returns:
            The box of each character that leaves ink, in order.
        """
        size_px = max(6, round(line.size_mm * typeface.scale * PX_PER_MM))
        shape = font(typeface.family, size_px, is_bold=typeface.is_bold)
        natural_px = max(1.0, shape.getlength(words))
        narrowing = min(1.0, line.width_mm * PX_PER_MM / natural_px)
        strip = Image.new("L", (int(natural_px) + 8, size_px * 2), 0)
        baseline_px = round(size_px * 1.3)
        ImageDraw.Draw(strip).text((2, baseline_px), words, fill=255, font=shape, anchor="ls")
        if narrowing < 1.0:
            strip = strip.resize((round(strip.width * narrowing), strip.height))
        left_px = px(line.left_mm + typeface.right_mm)
        top_px = px(line.top_mm + typeface.down_mm) - round(size_px * 0.42)
        region = (left_px, top_px, left_px + strip.width, top_px + strip.height)
        lighter = np.maximum(np.asarray(self.picture.crop(region)), np.asarray(strip))
        self.picture.paste(Image.fromarray(lighter), (left_px, top_px))
        return tuple(
            Box(
                (left_px + start * narrowing) / PX_PER_MM,
                (top_px + baseline_px - size_px * 0.85) / PX_PER_MM,
                (left_px + end * narrowing) / PX_PER_MM,
                (top_px + baseline_px + size_px * 0.12) / PX_PER_MM,
            )
            for start, end in _spans(words, shape.getlength)
        )

    def coverage(self, spread_mm: float = 0.0) -> NDArray[np.float32]:
        """What the ink covers.

        Args:
            spread_mm: growth of each stroke's edges, negative: they shrink.

        Returns:
            `float32[H, W]`, 0 to 1.
        """
        sheet = np.asarray(self.picture, dtype=np.float32) / 255
        soft = cv2.GaussianBlur(sheet, (0, 0), _SOFTNESS_MM * PX_PER_MM)
        # Near an edge the softened sheet falls by 1 over about 2.5 sigma.
        threshold = 0.5 - spread_mm / (2.5 * _SOFTNESS_MM)
        return np.clip((soft - threshold) / 0.5 + 0.5, 0, 1).astype(np.float32)


def _spans(words: str, length: Callable[[str], float]) -> list[tuple[float, float]]:
    edges = [2 + length(words[:count]) for count in range(len(words) + 1)]
    return [
        (edges[place], edges[place + 1])
        for place, character in enumerate(words)
        if not character.isspace()
    ]
