"""What a picture shows: a card's front and which way up, its back, several things, nothing.

Decided by structure alone; nothing is read here. Only a front is ever handed on: on the back
stands the 12-digit number, which nobody may read.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_outline import HEIGHT_MM, Outline, Picture, find_outlines
from device.reader.front.flat_card import PX_PER_MM, grown_upward, part, straighten, turned
from device.reader.front.layout import Box, Layout

_HEIGHT_BELOW_STRIPE_MM = HEIGHT_MM - 13.2
"""A stripe as dark as the tray cuts the back in two; this is the larger part."""
_RATIO_BELOW_STRIPE = (1.75, 2.4)
_SLEEVE_RATIO = 1.535
"""Outlines of sleeves are less long for their height than those of cards."""
_STRIPE = 0.82
"""Brightness of the stripe against the card beside it, at most."""
_LEAST_STRIPED_SHARE = 0.3
"""Of its length."""
_GILT = 1.2
"""Redness of gilt against the card's, at least."""
_LEAST_PHOTO = 0.04
_CLEAR_PHOTO = 1.4
"""Unevenness where the photo should be, against where it would be upside down."""
_SEVERAL_AREA_SHARE = 0.3


class Sight(Enum):
    """What was seen."""

    NOTHING = auto()
    FRONT = auto()
    FRONT_UPSIDE_DOWN = auto()
    BACK = auto()
    IN_CASE = auto()
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


def look_at(image: Picture, layout: Layout) -> Seen:
    """What lies there.

    Args:
        image: `uint8[H, W, 3], RGB`.
        layout: of the expected card.
    """
    outlines = find_outlines(image)
    if len(outlines) != 1:
        return Seen(Sight.SEVERAL if outlines else Sight.NOTHING)
    outline = outlines[0]
    if _is_back_below_stripe(image, outline, layout):
        return Seen(Sight.BACK)
    if not outline.is_card:
        is_large = outline.area_share > _SEVERAL_AREA_SHARE
        return Seen(Sight.SEVERAL if is_large else Sight.NOTHING)
    if outline.ratio < _SLEEVE_RATIO:
        return Seen(Sight.IN_CASE)
    card = straighten(image, outline.corners)
    seen = _face_of(card, layout)
    if seen.front is None:
        # On the back stands a number of which nothing may stay anywhere.
        card.fill(0)
    return seen


def _face_of(card: Picture, layout: Layout) -> Seen:
    ways = (card, turned(card))
    if any(_is_back(way, layout) for way in ways):
        return Seen(Sight.BACK)
    upright, upside_down = (_unevenness(way, layout.photo) for way in ways)
    if max(upright, upside_down) < _LEAST_PHOTO:
        return Seen(Sight.NOTHING)
    is_clear = max(upright, upside_down) > _CLEAR_PHOTO * min(upright, upside_down)
    if upright >= upside_down:
        return Seen(Sight.FRONT, card, is_clear)
    return Seen(Sight.FRONT_UPSIDE_DOWN, turned(card), is_clear)


def _is_back_below_stripe(image: Picture, outline: Outline, layout: Layout) -> bool:
    least, greatest = _RATIO_BELOW_STRIPE
    if not least < outline.ratio < greatest:
        return False
    corners = outline.corners
    return any(
        _has_stripe(straighten(image, grown_upward(way, _HEIGHT_BELOW_STRIPE_MM)), layout)
        for way in (corners, np.roll(corners, 2, axis=0))
    )


def _is_back(card: Picture, layout: Layout) -> bool:
    return _has_stripe(card, layout) or _has_contacts(card, layout)


def _has_stripe(card: Picture, layout: Layout) -> bool:
    """Both edges of the stripe count, column by column: mirrored light may lie across it."""
    above, top, bottom, below = (
        _columns(card, box)
        for box in (
            layout.above_stripe,
            layout.stripe_top,
            layout.stripe_bottom,
            layout.below_stripe,
        )
    )
    is_striped = (top < _STRIPE * above) & (bottom < _STRIPE * below)
    return bool(is_striped.mean() > _LEAST_STRIPED_SHARE)


def _has_contacts(card: Picture, layout: Layout) -> bool:
    return _redness(part(card, layout.contacts)) > _GILT * _redness(card)


def _redness(picture: Picture) -> float:
    """Red against blue, at the median."""
    few = picture[::6, ::6].astype(np.float32) + 4
    return float(np.median(few[..., 0] / few[..., 2]))


def _columns(card: Picture, box: Box) -> NDArray[np.float32]:
    """Brightness of each column of a box."""
    return np.asarray(part(card, box).max(axis=2).mean(axis=0), np.float32)


def _unevenness(card: Picture, box: Box) -> float:
    """How much darkness changes within a box, apart from an even slope; light spots count little.

    A photo scores about 0.15, bare card with fine print half of that or less.
    """
    light = part(card, box).max(axis=2)
    small = cv2.resize(
        light, None, fx=1 / PX_PER_MM, fy=1 / PX_PER_MM, interpolation=cv2.INTER_AREA
    )
    paper = float(np.percentile(card[::8, ::8].max(axis=2), 70))
    darkness = np.clip(1 - small.astype(np.float32) / max(1.0, paper), -0.1, 1)
    y, x = np.mgrid[: darkness.shape[0], : darkness.shape[1]]
    slope = np.stack([np.ones(darkness.size), x.ravel(), y.ravel()], axis=1)
    fit = np.linalg.lstsq(slope, darkness.ravel(), rcond=None)[0]
    return float((darkness.ravel() - slope @ fit).std())
