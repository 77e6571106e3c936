"""The clear soft sleeve in which many people keep their card."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.laid import Laid
from tests.hw_sim.card_front.layout import CARD_HEIGHT_MM, CARD_WIDTH_MM, FRONT, Box, px

SLEEVE_WIDTH_MM = 91.0
SLEEVE_HEIGHT_MM = 60.0
SLEEVE_GLOSS = 1.7
"""Soft plastic mirrors more than a card's lacquer."""
_SEAM_MM = 1.6
_MARGIN_MM = np.array([SLEEVE_WIDTH_MM - CARD_WIDTH_MM, SLEEVE_HEIGHT_MM - CARD_HEIGHT_MM]) / 2


def in_sleeve(card: NDArray[np.uint8], rng: np.random.Generator) -> list[Laid]:
    """A card inside a sleeve, ready to be photographed.

    Args:
        card: `uint8[H, W, 3], RGB`, flat.
        rng: where the card sits in it, how used the sleeve is.
    """
    right_mm, down_mm = rng.uniform(-0.8, 0.8) * (_MARGIN_MM - _SEAM_MM / 2)
    turn_deg = float(rng.uniform(-0.6, 0.6))
    sleeve = Laid.of(
        _sleeve(rng), right_mm=-float(right_mm), down_mm=-float(down_mm), gloss=SLEEVE_GLOSS
    )
    return [Laid.of(card, turn_deg=turn_deg), sleeve]


def _sleeve(rng: np.random.Generator) -> NDArray[np.uint8]:
    width, height = px(SLEEVE_WIDTH_MM), px(SLEEVE_HEIGHT_MM)
    milk = 255 * rng.uniform(0.03, 0.12)
    cover = np.full((height, width), milk, np.float32)
    cover += _creases((width, height), rng)
    seam = px(_SEAM_MM)
    cv2.rectangle(cover, (0, 0), (width - 1, height - 1), (110.0,), 2 * seam)
    cv2.rectangle(cover, (seam, seam), (width - 1 - seam, height - 1 - seam), (190.0,), 3)
    if rng.random() < 0.7:
        # The side by which the card goes in is not welded and has a notch for the thumb.
        cover[seam:-seam, -seam - 3 :] = milk
        cv2.circle(cover, (width + px(3), height // 2), px(8), (milk * 0.3,), -1)
    tone = np.full((height, width, 3), 228, np.uint8)
    if rng.random() < 0.3:
        _print_masks(tone, cover)
    return np.dstack([tone, np.clip(cover, 0, 255).astype(np.uint8)])


def _creases(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    width, height = size
    creases = np.zeros((height, width), np.uint8)
    for _ in range(int(rng.poisson(14))):
        start = rng.uniform((0, 0), size)
        end = start + rng.normal(0, px(12), 2)
        points = np.stack([start, end]).astype(np.int32)
        depth = (int(rng.integers(15, 110)),)
        cv2.polylines(creases, [points], False, depth, 1, cv2.LINE_AA)
    sheen = cv2.resize(rng.random((5, 8)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(creases + 22 * np.clip(sheen, 0, 1), dtype=np.float32)


def _print_masks(tone: NDArray[np.uint8], cover: NDArray[np.float32]) -> None:
    """Sleeves handed out with cards hide the sex and the donor's box under printed patches."""
    sex = Box(FRONT.sex.left_mm - 0.8, FRONT.sex.top_mm - 0.6, 70.0, FRONT.sex.top_mm + 3.6)
    for box in (sex, FRONT.donor_box):
        left, top = px(box.left_mm + _MARGIN_MM[0]), px(box.top_mm + _MARGIN_MM[1])
        part = (slice(top, top + px(box.height_mm)), slice(left, left + px(box.width_mm)))
        tone[part] = (150, 160, 175)
        cover[part] = 235
