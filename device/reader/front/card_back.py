"""Knows a card's back by its stripe, its contacts and its square code.

On the back stands the 12-digit number, which nobody may read: what may be a back is none of the
front's readers' business. The square code is found and never decoded: it holds the same number.
"""

from dataclasses import replace
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_outline import HEIGHT_MM, WIDTH_MM, Picture
from device.reader.front.flat_card import part, turned
from device.reader.front.layout import Box, Layout

_PX_PER_MM = 4
_SIZE_PX = (round(WIDTH_MM * _PX_PER_MM), round(HEIGHT_MM * _PX_PER_MM))
"""What a card is shows in a small copy."""
_STRIPE = 0.82
"""Brightness of the stripe against the card beside it, at most."""
_LEAST_STRIPED_SHARE = 0.3
"""Of its length."""
_STRIPE_SHIFTS_MM = (0.0, -1.5, 1.5, -3.0, 3.0)
"""In a sleeve the sides that were found may not be the card's own."""
_GILT, _PERHAPS_GILT = 0.35, 0.15
"""Redness beyond all that is around, at least, in shares of the card's.

Skin in a photo seldom reaches 0.31, where light is mirrored beside it, and 0.40 once in 2,000
fronts; gilt under light falls to 0.16.
"""
_AROUND_MM = (1.5, 3.5)
"""Beyond the contacts all is card; beyond a piece of a coloured photo there is more photo."""
_CONTACTS_SHIFTS_MM = tuple(product((0.0, -3.0, 3.0), repeat=2))
"""To the right and down; in a sleeve, as above."""
_SOFTNESS_PX, _DARK_LEVEL = 1.0, 4.0
_EVERY_PX = 2


def is_back(card: Picture, layout: Layout) -> bool:
    """Whether it is a back, either way up.

    Args:
        card: straightened, `uint8[648, 1027, 3], RGB`.
        layout: of the expected card.
    """
    small = np.asarray(cv2.resize(card, _SIZE_PX, interpolation=cv2.INTER_AREA), np.uint8)
    try:
        ways = (small, turned(small))
        if any(_is_striped(way, layout) for way in ways):
            return True
        gilt = max(_gilt(way, layout) for way in ways)
    finally:
        small.fill(0)
    return gilt > _GILT or (gilt > _PERHAPS_GILT and _has_square_code(card))


def _is_striped(small: Picture, layout: Layout) -> bool:
    light = np.asarray(small.max(axis=2), np.uint8)
    is_there = any(_has_stripe(light, layout, shift_mm) for shift_mm in _STRIPE_SHIFTS_MM)
    light.fill(0)
    return is_there


def _has_stripe(light: NDArray[np.uint8], layout: Layout, shift_mm: float) -> bool:
    """Both edges of the stripe count, column by column: mirrored light may lie across it."""
    above, top, bottom, below = (
        part(light, _shifted(box, 0.0, shift_mm), _PX_PER_MM).mean(axis=0)
        for box in (
            layout.above_stripe,
            layout.stripe_top,
            layout.stripe_bottom,
            layout.below_stripe,
        )
    )
    is_striped = (top < _STRIPE * above) & (bottom < _STRIPE * below)
    return bool(is_striped.mean() > _LEAST_STRIPED_SHARE)


def _shifted(box: Box, right_mm: float, down_mm: float) -> Box:
    top_mm = max(0.0, box.top_mm + down_mm)
    bottom_mm = max(top_mm + 1, box.bottom_mm + down_mm)
    return Box(box.left_mm + right_mm, top_mm, box.right_mm + right_mm, bottom_mm)


def _gilt(small: Picture, layout: Layout) -> float:
    """How much redder something as large as the contacts is than all around it."""
    soft = cv2.GaussianBlur(small, (0, 0), _SOFTNESS_PX)
    few = soft[::_EVERY_PX, ::_EVERY_PX].astype(np.float32) + _DARK_LEVEL
    redness = few[..., 0] / few[..., 2]
    for copy in (soft, few):
        copy.fill(0)
    redness /= np.median(redness)
    places = (_shifted(layout.contacts, *shift_mm) for shift_mm in _CONTACTS_SHIFTS_MM)
    return max(_beyond_all_around(redness, place) for place in places)


def _beyond_all_around(redness: NDArray[np.float32], box: Box) -> float:
    inside = _median(redness, box)
    if inside < 1 + _PERHAPS_GILT:
        return 0.0
    near, far = _AROUND_MM
    around = (
        replace(box, top_mm=box.top_mm - far, bottom_mm=box.top_mm - near),
        replace(box, top_mm=box.bottom_mm + near, bottom_mm=box.bottom_mm + far),
        replace(box, left_mm=box.left_mm - far, right_mm=box.left_mm - near),
        replace(box, left_mm=box.right_mm + near, right_mm=box.right_mm + far),
    )
    return inside - max(_median(redness, each) for each in around)


def _median(redness: NDArray[np.float32], box: Box) -> float:
    """Beside the card nothing is red."""
    there = part(redness, box, _PX_PER_MM // _EVERY_PX)
    return float(np.median(there)) if there.size else 0.0


def _has_square_code(card: Picture) -> bool:
    try:
        is_found, _ = cv2.QRCodeDetector().detect(card)
    except cv2.error:
        # It trips over some codes of which only a part is seen.
        return True
    return bool(is_found)
