"""A flat thing lying on the tray."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.layout import CORNER_RADIUS_MM, PX_PER_MM, px

_FULL = (255,)


@dataclass(frozen=True, slots=True)
class Laid:
    """One flat thing and its place."""

    sheet: NDArray[np.uint8]
    """`uint8[H, W, 4]`: colour times coverage, coverage; PX_PER_MM."""
    right_mm: float = 0.0
    """Its middle in the card's plane."""
    down_mm: float = 0.0
    """Its middle in the card's plane."""
    turn_deg: float = 0.0
    """Clockwise about its middle."""
    gloss: float = 1.0
    """Share of the mirrored light that a smooth card would send."""

    @classmethod
    def of(
        cls,
        picture: NDArray[np.uint8],
        *,
        right_mm: float = 0.0,
        down_mm: float = 0.0,
        turn_deg: float = 0.0,
        gloss: float = 1.0,
    ) -> Self:
        """Lays a flat picture down; rounds its corners as a card's.

        Args:
            picture: `uint8[H, W, 3], RGB`, or `uint8[H, W, 4]` with coverage (a clear sleeve).
            right_mm: its middle in the card's plane.
            down_mm: its middle in the card's plane.
            turn_deg: clockwise about its middle.
            gloss: share of the mirrored light that a smooth card would send.
        """
        height, width = picture.shape[:2]
        coverage = rounded_sheet(width, height, CORNER_RADIUS_MM)
        if picture.shape[2] == 4:
            coverage = coverage * (picture[:, :, 3].astype(np.float32) / 255)
        colour = picture[:, :, :3] * coverage[:, :, None]
        sheet = np.dstack([colour, coverage * 255]).round().astype(np.uint8)
        # The camera's pixels are larger than the sheet's: without this the print would alias.
        soft = np.asarray(cv2.GaussianBlur(sheet, (3, 3), 0.55), dtype=np.uint8)
        return cls(soft, right_mm, down_mm, turn_deg, gloss)


def rounded_sheet(width: int, height: int, radius_mm: float) -> NDArray[np.float32]:
    """Coverage of a sheet with round corners, `float32[height, width]`, 0 to 1.

    Args:
        width: in pixels.
        height: in pixels.
        radius_mm: of its corners.
    """
    radius = px(radius_mm)
    sheet = np.zeros((height, width), np.uint8)
    cv2.rectangle(sheet, (radius, 0), (width - 1 - radius, height - 1), _FULL, -1)
    cv2.rectangle(sheet, (0, radius), (width - 1, height - 1 - radius), _FULL, -1)
    for x in (radius, width - 1 - radius):
        for y in (radius, height - 1 - radius):
            cv2.circle(sheet, (x, y), radius, _FULL, -1, cv2.LINE_AA)
    return sheet.astype(np.float32) / 255


def sheet_pixels(laid: Laid, plane_mm: NDArray[np.float64]) -> NDArray[np.float32]:
    """Where on the thing's own picture points of the card's plane are.

    Returns:
        `float32[..., 2]`: x, y in pixels of `laid.sheet`.
    """
    height, width = laid.sheet.shape[:2]
    angle = -np.deg2rad(laid.turn_deg)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    own_mm = (plane_mm - (laid.right_mm, laid.down_mm)) @ matrix.T
    pixels = own_mm * PX_PER_MM + ((width - 1) / 2, (height - 1) / 2)
    return np.asarray(pixels, dtype=np.float32)
