"""What years in a wallet do to a card: rubbed print, scratches, grime."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.layout import px
from tests.hw_sim.card_front.look import PrintLook


def ink_left(
    shape: tuple[int, int], look: PrintLook, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Share of the ink that is still there.

    Returns:
        `float32[H, W]`, 0 (gone) to 1 (untouched).
    """
    height, width = shape
    coarse = rng.normal(0, 1, (height // 24 + 1, width // 24 + 1)).astype(np.float32)
    fine = rng.normal(0, 1, (height // 2 + 1, width // 2 + 1)).astype(np.float32)
    uneven = cv2.resize(coarse, (width, height)) * 0.3 + cv2.resize(fine, (width, height)) * 0.5
    left = 1 - look.grain * np.clip(0.4 + uneven, 0, 1.5)
    for _ in range(look.faded_spots):
        left *= 1 - look.fading * _spot(shape, px(rng.uniform(2, 9)), rng)
    return np.clip(left, 0, 1).astype(np.float32)


def _spot(shape: tuple[int, int], radius_px: int, rng: np.random.Generator) -> NDArray[np.float32]:
    height, width = shape
    spot = np.zeros((height // 4, width // 4), np.uint8)
    centre = (int(rng.integers(spot.shape[1])), int(rng.integers(spot.shape[0])))
    axes = (max(1, radius_px // 4), max(1, int(radius_px * rng.uniform(0.2, 1.0)) // 4))
    cv2.ellipse(spot, centre, axes, float(rng.uniform(0, 180)), 0, 360, (255,), -1)
    soft = cv2.GaussianBlur(spot, (0, 0), max(1.0, radius_px / 10))
    return cv2.resize(soft, (width, height)).astype(np.float32) / 255


def scratch(
    card: NDArray[np.uint8], look: PrintLook, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Draws the scratches: fine lines through print and background, mostly along the card.

    Args:
        card: `uint8[H, W, 3], RGB`.
        look: how many.
        rng: where.

    Returns:
        The scratched card.
    """
    height, width = card.shape[:2]
    lines = np.zeros((height, width), np.uint8)
    for _ in range(look.scratches):
        angle = rng.normal(0.0, 0.5) + (np.pi / 2 if rng.random() < 0.2 else 0.0)
        length = px(float(rng.exponential(9)) + 2)
        middle = rng.uniform((0, 0), (width, height))
        bow = rng.normal(0, 0.04) * length
        along = np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-along[1], along[0]])
        t = np.linspace(-0.5, 0.5, 9)[:, None]
        points = (middle + t * length * along + (t * t - 0.1) * bow * across).round().astype(int)
        depth = (int(rng.uniform(60, 210)),)
        cv2.polylines(
            lines, [points.astype(np.int32)], False, depth, int(rng.integers(1, 3)), cv2.LINE_AA
        )
    share = lines.astype(np.float32)[:, :, None] / 255
    bare = np.array((225, 222, 220), np.float32)
    return (card * (1 - share) + bare * share).astype(np.uint8)


def soil(card: NDArray[np.uint8], look: PrintLook, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Lays a film of grime on the card: brownish, uneven, with specks.

    Args:
        card: `uint8[H, W, 3], RGB`.
        look: how much.
        rng: where.

    Returns:
        The dirty card.
    """
    if look.dirt <= 0:
        return card
    height, width = card.shape[:2]
    film = cv2.resize(
        rng.random((7, 11)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    share = 0.22 * look.dirt * np.clip(film, 0, 1)
    specks = np.zeros((height, width), np.uint8)
    for _ in range(int(rng.poisson(25 * look.dirt))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(specks, centre, int(rng.integers(1, 6)), (int(rng.integers(60, 200)),), -1)
    share = np.maximum(share, cv2.GaussianBlur(specks, (0, 0), 1.0).astype(np.float32) / 255)
    grime = np.array((96, 84, 66), np.float32)
    return (card * (1 - share[:, :, None]) + grime * share[:, :, None]).astype(np.uint8)
