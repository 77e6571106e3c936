"""The print on a part of the straightened card: where ink is, and where it may be gone."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.blinding_light import blinded_in
from device.reader.front.card_outline import Picture
from device.reader.front.flat_card import PX_PER_MM
from device.reader.front.scratches import scratches_in

Ink = NDArray[np.float32]
"""`float32[H, W]`: 0 paper, about 1 print; below 0 what is lighter than paper, as scratches."""

LIGHTEST = -0.3
"""Of a scratch, which must not look like bare paper to the network: what it hides is not known."""

_STROKE_REACH_MM = 3.2
"""Print is darker than the lightest card within this distance; a photo is wider."""
_STROKE_PX = 2 * round(_STROKE_REACH_MM / 2 * PX_PER_MM) + 1
_SOFTNESS_PX = 1.2
"""Blur against noise."""
_SCRATCH_PX = 7
"""Wider than a scratch, which is lighter than paper: all around it would seem print."""
_DARKEST_PAPER = 0.68
"""Of the part's paper."""
_SKIN, _LEAST_RED = 1.16, 20
"""Redness against the card's, at least; and which percentile is the card's under a finger."""
_DARK_LEVEL = 8.0
"""Added to each colour: what is nearly black has none."""
_SKIN_BLUR_PX, _SKIN_PX = 2.0, 13
"""At half size; dirt is smaller."""
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
    hidden: NDArray[np.bool_] = field(repr=False)
    """`bool[H, W]`: where strokes may be gone, under scratches or in blinding light."""


def print_on(part: Picture, light_reach_mm: float) -> Print:
    """What is printed there.

    Args:
        part: of the straightened card.
        light_reach_mm: how far beside blinding light print counts as hidden; see `blinded_in`.
    """
    return Print(ink_of(part), scratches_in(part) | blinded_in(part, light_reach_mm))


def ink_of(part: Picture) -> Ink:
    """How much darker than the card around it each pixel is.

    The lightest of the three colours counts: coloured ornament is light in one of them, black
    print in none.
    """
    side = np.ones((_SCRATCH_PX, _SCRATCH_PX), np.uint8)
    bare = cv2.morphologyEx(part.max(axis=2), cv2.MORPH_OPEN, side)
    light = _without_strokes(np.asarray(bare, np.uint8))
    paper = cv2.GaussianBlur(light, (0, 0), _STROKE_PX / 12).astype(np.float32)
    ink = np.clip(1 - part.max(axis=2) / np.maximum(paper, 1), LIGHTEST, 1)
    ink[_is_thing(part)] = 1
    return np.asarray(ink, np.float32)


def _is_thing(part: Picture) -> NDArray[np.bool_]:
    """Marks what is wide and darker or redder than any card beside it: the photo, a finger."""
    height, width = part.shape[:2]
    half = (width // 2, height // 2)
    soft = cv2.GaussianBlur(part, (0, 0), _SOFTNESS_PX)
    small = np.asarray(cv2.resize(soft, half, interpolation=cv2.INTER_AREA), np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_STROKE_PX // 2, _STROKE_PX // 2))
    light = cv2.morphologyEx(small.mean(axis=2), cv2.MORPH_CLOSE, disc)
    is_thing = (light < _DARKEST_PAPER * np.median(light)) | _is_skin(small)
    thing = cv2.resize(is_thing.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(thing > 0, np.bool_)


def _is_skin(small: Picture) -> NDArray[np.bool_]:
    """Marks fingers, which may be as light as the card but are redder, all but the very palest."""
    soft = cv2.GaussianBlur(small, (0, 0), _SKIN_BLUR_PX).astype(np.float32) + _DARK_LEVEL
    redness = soft[..., 0] / soft[..., 2]
    is_red = (redness > _SKIN * np.percentile(redness, _LEAST_RED)).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_SKIN_PX, _SKIN_PX))
    return np.asarray(cv2.morphologyEx(is_red, cv2.MORPH_OPEN, disc) > 0, np.bool_)


def _without_strokes(light: NDArray[np.uint8]) -> NDArray[np.uint8]:
    soft = cv2.GaussianBlur(light, (0, 0), _SOFTNESS_PX)
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
