"""Draws what the network learns from: a face, bare or covered, as a camera would give it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from device.face.alignment import Similarity, sample, similarity
from device.face.quality import GREY_WEIGHTS
from training.detector.light import disturb
from training.occlusion import bare, covers
from training.occlusion.canvas import Canvas
from training.occlusion.faces import EYE_DISTANCE_PX, Faces
from training.occlusion.network import INPUT_PX

CHIP_TEMPLATE = np.array(
    [[21.0, 18.0], [43.0, 18.0], [32.0, 30.1], [22.8, 40.0], [41.2, 40.0]], np.float32
)
"""The chin and what is beside it are seen too."""
COVERED_SHARE, GREY_SHARE = 0.5, 0.25
VIEWS = 4
"""Painting takes longer than all that follows."""
MIRRORED = [1, 0, 2, 4, 3]


@dataclass(frozen=True, slots=True)
class Example:
    """One picture to learn from."""

    chip: np.ndarray
    """`uint8[64, 64, 3], RGB`."""
    is_mouth_covered: bool
    are_eyes_covered: bool


def examples(faces: Faces, index: int, rng: np.random.Generator) -> Iterator[Example]:
    """Draws pictures of one face, painted once and photographed `VIEWS` times."""
    image, points = faces.image(index), faces.points[index]
    if rng.random() < 0.5:
        image = np.ascontiguousarray(image[:, ::-1])
        points = points[MIRRORED] * [-1, 1] + [image.shape[1] - 1, 0]
    canvas = Canvas.of(image, points.astype(np.float32))
    are_eyes_covered = _wear_at_will(canvas, rng)
    is_mouth_covered = rng.random() < COVERED_SHARE
    if is_mouth_covered:
        cover_mouth(canvas, rng)
    painted = np.clip(canvas.image, 0, 255).astype(np.uint8)
    if rng.random() < GREY_SHARE:
        painted[:] = (painted @ GREY_WEIGHTS)[..., None]
    for _ in range(VIEWS):
        seen = disturb(painted, [], rng)
        chip = sample(seen, _shaken(points, is_mouth_covered, rng), INPUT_PX, repeats_edge=True)
        yield Example(chip, is_mouth_covered, are_eyes_covered)


def cover_mouth(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paints a mask, mostly; worn low, sometimes; or a scarf or a hand."""
    kind = rng.random()
    if kind < 0.70:
        covers.mask(canvas, covers.OVER_NOSE, rng)
    elif kind < 0.82:
        covers.mask(canvas, covers.UNDER_NOSE, rng)
    elif kind < 0.92:
        covers.scarf(canvas, rng.uniform(0.2, 0.8), rng)
    else:
        covers.hand(canvas, np.array([rng.normal(0, 0.1), rng.uniform(0.85, 1.1)]), rng)


def wear_something(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paints something that leaves mouth and nose free."""
    match int(rng.integers(10)):
        case 0 | 1 | 2:
            bare.beard(canvas, rng)
        case 3:
            covers.scarf(canvas, rng.uniform(1.5, 2.1), rng)
        case 4:
            covers.headscarf(canvas, rng)
        case 5:
            covers.mask(canvas, covers.ON_CHIN, rng)
        case 6:
            beside = rng.choice([-1, 1]) * rng.uniform(1.15, 1.4), rng.uniform(0.6, 1.8)
            below = rng.uniform(-0.7, 0.7), rng.uniform(1.95, 2.3)
            covers.hand(canvas, np.array(beside if rng.random() < 0.6 else below), rng)
        case 7:
            covers.patch(canvas, rng)
        case 8:
            bare.lipstick(canvas, rng)
        case _:
            bare.shadow(canvas, rng)


def _wear_at_will(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Paints what covered and bare mouths have alike; tells whether the eyes are covered."""
    while rng.random() < 0.4:
        wear_something(canvas, rng)
    kind = rng.random()
    if kind < 0.22:
        covers.sunglasses(canvas, rng, are_dark=kind < 0.08)
    return kind < 0.08


def _shaken(points: np.ndarray, is_covered: bool, rng: np.random.Generator) -> Similarity:
    """From the chip to the picture, as wrong as the detector's points are: more under a mask."""
    spread_px = EYE_DISTANCE_PX * (0.07 if is_covered else 0.05)
    moved = points + rng.normal(0, spread_px, points.shape) + rng.normal(0, spread_px / 2, 2)
    if rng.random() < 0.5:
        # A detector that does not see the mouth puts it where it would be on another face.
        moved[2:, 1] += rng.normal(0, 2.0 * spread_px)
    return similarity(CHIP_TEMPLATE, moved.astype(np.float32))
