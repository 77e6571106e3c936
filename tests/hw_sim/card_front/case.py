"""The opaque case in which people forget their card: leather, cloth or coloured plastic."""

from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.laid import Laid, rounded_sheet
from tests.hw_sim.card_front.layout import px

_WIDTHS_MM = (92.0, 104.0)
"""A card of 85.6 mm, its seams, and room for a finger."""
_RATIOS = (1.40, 1.50)
"""Cases are higher for their length than the card they hold."""
_CORNERS_MM = (2.0, 8.0)


class Material(Enum):
    """What the case is made of."""

    LEATHER = "leather"
    CLOTH = "cloth"
    PLASTIC = "plastic"


_GLOSS = {Material.LEATHER: 0.4, Material.CLOTH: 0.0, Material.PLASTIC: 1.3}
_COLOURS = {
    Material.LEATHER: ((35, 32, 30), (96, 58, 36), (150, 104, 62), (32, 44, 78), (132, 36, 40)),
    Material.CLOTH: ((72, 88, 122), (176, 92, 110), (212, 200, 172), (88, 112, 80), (60, 60, 66)),
    Material.PLASTIC: ((228, 96, 99), (52, 99, 204), (236, 196, 60), (240, 240, 238), (30, 30, 34)),
}
"""Red, green, blue."""
_GRAIN = {Material.LEATHER: 0.10, Material.CLOTH: 0.14, Material.PLASTIC: 0.01}


def opaque_case(rng: np.random.Generator) -> Laid:
    """A closed case, ready to be photographed; of the card in it nothing is seen.

    Args:
        rng: its material, size, colour and make.
    """
    width_mm = float(rng.uniform(*_WIDTHS_MM))
    size = (px(width_mm), px(width_mm / float(rng.uniform(*_RATIOS))))
    material = tuple(Material)[int(rng.integers(len(Material)))]
    colours = _COLOURS[material]
    colour = np.array(colours[int(rng.integers(len(colours)))], np.float32)
    face = np.ones((size[1], size[0], 3), np.float32) * colour * rng.uniform(0.85, 1.1)
    if material is Material.CLOTH and rng.random() < 0.4:
        _print_dots(face, rng)
    if material is not Material.PLASTIC:
        _stitch(face, rng)
    if rng.random() < 0.5:
        _close_flap(face, rng)
    face *= _grain(size, material, rng)[..., None]
    shape = rounded_sheet(*size, float(rng.uniform(*_CORNERS_MM)))
    sheet = np.dstack([np.clip(face, 0, 255), 255 * shape]).astype(np.uint8)
    return Laid.of(sheet, turn_deg=float(rng.normal(0, 1.0)), gloss=_GLOSS[material])


def _grain(
    size: tuple[int, int], material: Material, rng: np.random.Generator
) -> NDArray[np.float32]:
    width, height = size
    grain = np.ones((height, width), np.float32)
    for cell_mm, share in ((0.3, 0.5), (0.9, 0.5), (12.0, 0.4)):
        cell = px(cell_mm)
        noise = rng.normal(0, 1, (height // cell + 1, width // cell + 1)).astype(np.float32)
        grain += _GRAIN[material] * share * cv2.resize(noise, size)
    # The edge is rounded: it sends less light to the camera.
    inside = np.zeros((height + 2, width + 2), np.uint8)
    inside[1:-1, 1:-1] = 1
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1]
    return np.asarray(grain * (0.7 + 0.3 * np.clip(depth / px(1.5), 0, 1)), np.float32)


def _stitch(face: NDArray[np.float32], rng: np.random.Generator) -> None:
    height, width = face.shape[:2]
    inset, stitch, gap = px(float(rng.uniform(2.0, 4.0))), px(2.2), px(1.0)
    thread = tuple(float(value) for value in face[0, 0] * rng.uniform(0.5, 1.8))
    for x in range(inset, width - inset - stitch, stitch + gap):
        for y in (inset, height - 1 - inset):
            cv2.line(face, (x, y), (x + stitch, y), thread, px(0.5), cv2.LINE_AA)
    for y in range(inset, height - inset - stitch, stitch + gap):
        for x in (inset, width - 1 - inset):
            cv2.line(face, (x, y), (x, y + stitch), thread, px(0.5), cv2.LINE_AA)


def _print_dots(face: NDArray[np.float32], rng: np.random.Generator) -> None:
    height, width = face.shape[:2]
    shade = tuple(float(value) for value in face[0, 0] * 0.4 + rng.uniform(20, 150, 3))
    step = px(float(rng.uniform(5, 9)))
    for row, y in enumerate(range(step // 2, height, step)):
        for x in range(step // 2 + row % 2 * step // 2, width, step):
            cv2.circle(face, (x, y), step // 5, shade, -1, cv2.LINE_AA)


def _close_flap(face: NDArray[np.float32], rng: np.random.Generator) -> None:
    """A flap comes over from above and is held by a button."""
    height, width = face.shape[:2]
    end = int(height * rng.uniform(0.35, 0.65))
    face[:end] *= 1.06
    face[end : end + px(1.2)] *= 0.6
    middle = (width // 2, end - px(5))
    metal = tuple(float(value) for value in rng.uniform(90, 210) * np.array([1.0, 0.95, 0.85]))
    cv2.circle(face, middle, px(4), metal, -1, cv2.LINE_AA)
