"""What a picture shows: a card's front and which way up, its back, several things, nothing.

Decided by structure alone; nothing is read here. Only a front is ever handed on: on the back
stands the 12-digit number, which nobody may read.
"""

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_outline import HEIGHT_MM, WIDTH_MM, Picture, find_card
from device.reader.front.closed_case import is_closed_case
from device.reader.front.flat_card import straighten, turned
from device.reader.front.layout import Box, Layout
from device.reader.front.surroundings import is_another_thing_beside, is_large_thing_there

_SMALL_PX_PER_MM = 4
_SMALL_SIZE_PX = (round(WIDTH_MM * _SMALL_PX_PER_MM), round(HEIGHT_MM * _SMALL_PX_PER_MM))
"""What a card is shows in a small copy."""
_SLEEVE_RATIO = 1.535
"""Outlines of sleeves are less long for their height than those of cards."""
_STRIPE = 0.82
"""Brightness of the stripe against the card beside it, at most."""
_LEAST_STRIPED_SHARE = 0.3
"""Of its length."""
_STRIPE_SHIFTS_MM = (0.0, -1.5, 1.5, -3.0, 3.0)
"""In a sleeve the sides that were found may not be the card's own."""
_GILT = 1.2
"""Redness of gilt against the card's, at least."""
_LEAST_PHOTO = 0.03
"""Darkness of a photo; one in fair light has about 0.19, bare card with fine print up to 0.05."""
_CERTAIN_PHOTO = 0.06
_CLEAR_PHOTO = 1.35
"""Darkness where the photo should be, against where it would be upside down."""
_PHOTO_MM = 17
"""Dark things up to this wide stand out from the card around them."""

T = TypeVar("T", bound=np.generic)
Floats = NDArray[np.float32]


class Sight(Enum):
    """What was seen."""

    NOTHING = auto()
    FRONT = auto()
    FRONT_UPSIDE_DOWN = auto()
    BACK = auto()
    IN_CASE = auto()
    """Something that hides the card; a front in a clear sleeve is a front."""
    SEVERAL = auto()


@dataclass(frozen=True, slots=True)
class Seen:
    """What one picture shows."""

    sight: Sight
    """What it is."""
    front: Picture | None = field(default=None, repr=False)
    """The front, straightened and upright; only where one was seen."""
    is_way_clear: bool = True
    """Whether there is no doubt which way up it lies."""

    def wipe(self) -> None:
        """Overwrites the front."""
        if self.front is not None:
            self.front.fill(0)


def look_at(image: Picture, layout: Layout) -> Seen:
    """What lies there.

    Args:
        image: `uint8[H, W, 3], RGB`.
        layout: of the expected card.
    """
    seen = _look_for_card(image, layout)
    # Fronts are not asked: they are read whatever is around them, and as fast as can be.
    return Seen(Sight.IN_CASE) if seen.front is None and is_closed_case(image) else seen


def _look_for_card(image: Picture, layout: Layout) -> Seen:
    outline = find_card(image)
    if outline is None:
        return Seen(Sight.SEVERAL if is_large_thing_there(image) else Sight.NOTHING)
    card = straighten(image, outline.corners)
    seen = _face_of(card, layout)
    if seen.front is not None and is_another_thing_beside(image, outline.corners):
        seen = Seen(Sight.SEVERAL)
    elif seen.sight is Sight.NOTHING and outline.ratio < _SLEEVE_RATIO:
        seen = Seen(Sight.IN_CASE)
    if seen.front is None:
        # On the back stands a number of which nothing may stay anywhere.
        card.fill(0)
    return seen


def _face_of(card: Picture, layout: Layout) -> Seen:
    small = np.asarray(cv2.resize(card, _SMALL_SIZE_PX, interpolation=cv2.INTER_AREA), np.uint8)
    light = np.asarray(small.max(axis=2), np.uint8)
    is_back = _is_back(small, light, layout) or _is_back(turned(small), light[::-1, ::-1], layout)
    small.fill(0)
    if is_back:
        light.fill(0)
        return Seen(Sight.BACK)
    darkness = _darkness(light)
    light.fill(0)
    upright, upside_down = (
        float(_part(way, layout.photo, 1).mean()) for way in (darkness, darkness[::-1, ::-1])
    )
    likelier, other = max(upright, upside_down), min(upright, upside_down)
    if likelier < _LEAST_PHOTO:
        return Seen(Sight.NOTHING)
    is_clear = likelier > max(_CERTAIN_PHOTO, _CLEAR_PHOTO * other)
    if upright >= upside_down:
        return Seen(Sight.FRONT, card, is_clear)
    return Seen(Sight.FRONT_UPSIDE_DOWN, turned(card), is_clear)


def _darkness(light: NDArray[np.uint8]) -> Floats:
    """How much darker each square millimetre is than the card around it, 0 to 1.

    Against its own surroundings only: light may fall off or be mirrored anywhere.
    """
    size = (round(WIDTH_MM), round(HEIGHT_MM))
    light = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.uint8)
    around = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((_PHOTO_MM, _PHOTO_MM), np.uint8))
    return np.asarray(1 - light / np.maximum(around.astype(np.float32), 1), np.float32)


def _is_back(small: Picture, light: NDArray[np.uint8], layout: Layout) -> bool:
    return _has_contacts(small, layout) or any(
        _has_stripe(light, layout, shift_mm) for shift_mm in _STRIPE_SHIFTS_MM
    )


def _has_stripe(light: NDArray[np.uint8], layout: Layout, shift_mm: float) -> bool:
    """Both edges of the stripe count, column by column: mirrored light may lie across it."""
    above, top, bottom, below = (
        _part(light, _shifted(box, shift_mm), _SMALL_PX_PER_MM).mean(axis=0)
        for box in (
            layout.above_stripe,
            layout.stripe_top,
            layout.stripe_bottom,
            layout.below_stripe,
        )
    )
    is_striped = (top < _STRIPE * above) & (bottom < _STRIPE * below)
    return bool(is_striped.mean() > _LEAST_STRIPED_SHARE)


def _shifted(box: Box, down_mm: float) -> Box:
    top_mm = max(0.0, box.top_mm + down_mm)
    return replace(box, top_mm=top_mm, bottom_mm=max(top_mm + 1, box.bottom_mm + down_mm))


def _has_contacts(small: Picture, layout: Layout) -> bool:
    gilt = _part(small, layout.contacts, _SMALL_PX_PER_MM)
    return _redness(gilt) > _GILT * _redness(small)


def _redness(picture: Picture) -> float:
    """Red against blue, at the median."""
    few = picture[::3, ::3].astype(np.float32) + 4
    return float(np.median(few[..., 0] / few[..., 2]))


def _part(picture: NDArray[T], box: Box, px_per_mm: int) -> NDArray[T]:
    left, top, right, bottom = (
        round(mm * px_per_mm) for mm in (box.left_mm, box.top_mm, box.right_mm, box.bottom_mm)
    )
    return picture[top:bottom, left:right]
