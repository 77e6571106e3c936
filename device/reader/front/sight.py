"""What a picture shows: a card's front and which way up, its back, several things, nothing.

Decided by structure alone; nothing is read here. Only a front is ever handed on: on the back
stands the 12-digit number, which nobody may read.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_back import is_back
from device.reader.front.card_outline import HEIGHT_MM, WIDTH_MM, Picture, find_card
from device.reader.front.closed_case import is_closed_case
from device.reader.front.flat_card import part, straighten, turned
from device.reader.front.layout import Layout
from device.reader.front.surroundings import is_another_thing_beside, is_large_thing_there

_SLEEVE_RATIO = 1.535
"""Outlines of sleeves are less long for their height than those of cards."""
_LEAST_PHOTO = 0.03
"""Darkness of a photo; one in fair light has about 0.19, bare card with fine print up to 0.05."""
_CERTAIN_PHOTO = 0.06
_CLEAR_PHOTO = 1.35
"""Darkness where the photo should be, against where it would be upside down."""
_PHOTO_MM = 17
"""Dark things up to this wide stand out from the card around them."""

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
    if is_back(card, layout):
        return Seen(Sight.BACK)
    darkness = _darkness(card)
    upright, upside_down = (
        float(part(way, layout.photo, px_per_mm=1).mean())
        for way in (darkness, darkness[::-1, ::-1])
    )
    likelier, other = max(upright, upside_down), min(upright, upside_down)
    if likelier < _LEAST_PHOTO:
        return Seen(Sight.NOTHING)
    is_clear = likelier > max(_CERTAIN_PHOTO, _CLEAR_PHOTO * other)
    if upright >= upside_down:
        return Seen(Sight.FRONT, card, is_clear)
    return Seen(Sight.FRONT_UPSIDE_DOWN, turned(card), is_clear)


def _darkness(card: Picture) -> Floats:
    """How much darker each square millimetre is than the card around it, 0 to 1.

    Against its own surroundings only: light may fall off or be mirrored anywhere.
    """
    size = (round(WIDTH_MM), round(HEIGHT_MM))
    small = cv2.resize(card, size, interpolation=cv2.INTER_AREA)
    light = np.asarray(small.max(axis=2), np.uint8)
    around = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((_PHOTO_MM, _PHOTO_MM), np.uint8))
    return np.asarray(1 - light / np.maximum(around.astype(np.float32), 1), np.float32)
