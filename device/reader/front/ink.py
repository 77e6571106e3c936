"""The print on a part of the straightened card: where ink is, and where it may be gone."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_outline import Picture
from device.reader.front.flat_card import PX_PER_MM
from device.reader.front.scratches import scratches_in

Ink = NDArray[np.float32]
"""`float32[H, W]`: 0 paper, about 1 print."""

_STROKE_REACH_MM = 3.2
"""Print is darker than the lightest card within this distance; a photo is wider."""
_STROKE_PX = 2 * round(_STROKE_REACH_MM / 2 * PX_PER_MM) + 1
_DARKEST_PAPER = 0.68
"""Of the part's paper."""
_BLINDING, _BLINDING_BLUR_PX = 242, 2.0
_STRENGTH_REACH_MM = 3.0
_PALEST = 0.35
"""Of the part's strongest print: anything paler is ornament."""
LEAST_STROKE = 0.06
"""Anything paler is no print."""


@dataclass(frozen=True, slots=True)
class Print:
    """What is printed on one part of the card."""

    ink: Ink = field(repr=False)
    """How much of it there is."""
    scratches: NDArray[np.bool_] = field(repr=False)
    """`bool[H, W]`: where strokes may be gone."""
    blinding: NDArray[np.bool_] = field(repr=False)
    """`bool[H, W]`: where whole digits may be that nobody sees."""


def print_on(part: Picture) -> Print:
    """What is printed there."""
    return Print(ink_of(part), scratches_in(part), _is_blinding(part))


def _is_blinding(part: Picture) -> NDArray[np.bool_]:
    """Marks light that is too strong for the camera: whatever it lies on looks like bare card."""
    light = cv2.GaussianBlur(part.mean(axis=2), (0, 0), _BLINDING_BLUR_PX)
    return np.asarray(light > _BLINDING, np.bool_)


def ink_of(part: Picture) -> Ink:
    """How much darker than the card around it each pixel is.

    The lightest of the three colours counts: coloured ornament is light in one of them, black
    print in none.
    """
    light = _without_strokes(part.max(axis=2))
    paper = cv2.GaussianBlur(light, (0, 0), _STROKE_PX / 12).astype(np.float32)
    ink = np.clip(1 - part.max(axis=2) / np.maximum(paper, 1), 0, 1)
    ink[_is_thing(part)] = 1
    return np.asarray(ink, np.float32)


def _is_thing(part: Picture) -> NDArray[np.bool_]:
    """Marks what is wide and darker than any card beside it: a finger, the photo.

    Skin is lightest in red, so all colours count here.
    """
    light = _without_strokes(np.asarray(part.mean(axis=2), np.uint8))
    return np.asarray(light < _DARKEST_PAPER * np.median(light), np.bool_)


def _without_strokes(light: NDArray[np.uint8]) -> NDArray[np.uint8]:
    soft = cv2.GaussianBlur(light, (0, 0), 1.2)
    side = np.ones((_STROKE_PX, _STROKE_PX), np.uint8)
    return np.asarray(cv2.morphologyEx(soft, cv2.MORPH_CLOSE, side), np.uint8)


def evened(ink: Ink) -> Ink:
    """Pale print made as dark as the print around it: rubbing and mirrored light pale some."""
    soft = softened(ink, 1.2)
    side = round(_STRENGTH_REACH_MM * PX_PER_MM)
    around = cv2.dilate(soft, np.ones((side, side), np.uint8))
    around = cv2.GaussianBlur(around, (0, 0), side / 4)
    palest = max(LEAST_STROKE, _PALEST * float(np.percentile(soft, 99)))
    return np.asarray(ink / np.maximum(around, palest), np.float32)


def softened(ink: Ink, sigma_px: float) -> Ink:
    """Without what is finer than print."""
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), sigma_px), np.float32)
