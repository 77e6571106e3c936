"""The certificate's last day, as an official wrote it with a pen in a hurry."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.layout import Box, px

_STROKES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "0": (((0.5, 0.0), (0.1, 0.3), (0.1, 0.7), (0.5, 1.0), (0.9, 0.6), (0.8, 0.2), (0.45, 0.0)),),
    "1": (((0.4, 0.1), (0.55, 0.0), (0.5, 1.0)),),
    "2": (((0.1, 0.2), (0.5, 0.0), (0.85, 0.25), (0.5, 0.6), (0.1, 1.0), (0.95, 0.95)),),
    "3": (((0.1, 0.1), (0.8, 0.05), (0.4, 0.45), (0.85, 0.7), (0.5, 1.0), (0.1, 0.85)),),
    "4": (((0.6, 0.0), (0.1, 0.65), (0.95, 0.65)), ((0.65, 0.35), (0.6, 1.0))),
    "5": (((0.3, 0.0), (0.2, 0.45), (0.7, 0.45), (0.8, 0.8), (0.2, 1.0)), ((0.3, 0.0), (0.9, 0.0))),
    "6": (((0.7, 0.0), (0.2, 0.5), (0.2, 0.9), (0.6, 1.0), (0.8, 0.7), (0.25, 0.65)),),
    "7": (((0.1, 0.1), (0.85, 0.05), (0.4, 1.0)),),
    "8": (((0.7, 0.1), (0.3, 0.1), (0.75, 0.75), (0.4, 1.0), (0.2, 0.75), (0.75, 0.1)),),
    "9": (((0.8, 0.2), (0.4, 0.0), (0.2, 0.35), (0.75, 0.35), (0.8, 0.2), (0.6, 1.0)),),
}


def write_date(
    pen: NDArray[np.uint8], box: Box, words: tuple[str, str, str], rng: np.random.Generator
) -> None:
    """Writes year, month and day into the gaps between the printed 年 月 日.

    Args:
        pen: `uint8[H, W]`, ink coverage; drawn into.
        box: the printed field.
        words: digits of year, month and day.
        rng: the hand.
    """
    slant = rng.uniform(-0.1, 0.35)
    height_mm = box.height_mm * rng.uniform(0.7, 1.05)
    starts = (0.0, 0.42, 0.72)
    for word, start in zip(words, starts, strict=True):
        x_mm = box.left_mm + start * box.width_mm + rng.uniform(0, 0.8)
        for digit in word:
            top_mm = box.top_mm + rng.uniform(-0.5, 0.5)
            _write_digit(pen, digit, (x_mm, top_mm, height_mm, slant), rng)
            x_mm += height_mm * rng.uniform(0.48, 0.62)


def _write_digit(
    pen: NDArray[np.uint8],
    digit: str,
    place: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> None:
    x_mm, top_mm, height_mm, slant = place
    width_px = px(rng.uniform(0.22, 0.38))
    for stroke in _STROKES[digit]:
        wobbled = np.array(stroke) + rng.normal(0, 0.05, (len(stroke), 2))
        x = x_mm + height_mm * (0.5 * wobbled[:, 0] + slant * (1 - wobbled[:, 1]))
        y = top_mm + height_mm * wobbled[:, 1]
        points = _rounded(np.stack([x, y], axis=1))
        pixels = (points * px(1.0)).round().astype(np.int32)
        cv2.polylines(pen, [pixels], False, (255,), width_px, cv2.LINE_AA)


def _rounded(points: NDArray[np.float64]) -> NDArray[np.float64]:
    for _ in range(2):
        inner = np.stack(
            [points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75], axis=1
        ).reshape(-1, 2)
        points = np.concatenate([points[:1], inner, points[-1:]])
    return points
