"""Measures through a turn how far the nose stands out: whether the face is more than a surface.

Two pictures of a flat thing, however it was turned and tilted between them, differ by one
projective map (a homography). Patches of the face before the turn are found again during it, the
map that explains the patches around the nose best is taken, and what the nose moves more than
that is its depth. Paper bent by a hand bulges a little, so the movement is weighed against how far
the face was turned for it, read from its foreshortening.

Source: R. Hartley, A. Zisserman, "Multiple View Geometry in Computer Vision", 2nd ed., §13.1 (a
plane and the parallax beside it).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.face.liveness.patches import between_pixels, find_patches, patches_at
from device.face.liveness.view import EYE_DISTANCE_PX, SIDE_PX, view_of
from device.face.port import Image, Values

RIM = np.array(
    [
        (x, y)
        for y in range(28, 113, 10)
        for x in range(28, 101, 9)
        if not (48 <= x <= 80 and 56 <= y <= 88)
    ],
    np.float32,
)
"""Places around the nose, x, y in the view, px."""
NOSE = np.array([(x, y) for y in (66, 72, 78) for x in (58, 64, 70)], np.float32)
MIN_CORRELATION = 0.7
"""A patch less alike than this was not found again."""
MIN_RIM_PATCHES, MIN_NOSE_PATCHES = 12, 2
MIN_CONTRAST = 3.0
"""Standard deviation below which a patch shows nothing that could be found again."""
HALF_PX = 8
LOOKS = ((2, 6, 5), (1, 8, 5), (1, 8, 4))
"""Shrinking of the view, half side of the patches and reach in its px, look after look; each look
starts from the map before it."""
MARGIN_PX = 24
"""What of a turned face may lie outside of its own view."""
ROUNDS, TOLERANCE_PX = 6, 1.0
SMALLEST_SINE = 0.2
"""Below about 12° foreshortening is too weak to tell the turn; the movement is then weighed as if
the face had been turned by that much."""


@dataclass(frozen=True, slots=True)
class Relief:
    """What a turn showed."""

    shift: float
    """How far the nose moved against the rest, eye distances; positive: to the right."""
    sine: float
    """Sine of the angle by which the face seems turned, 0..1."""

    @property
    def depth(self) -> float:
        """How far the nose stands out, eye distances; 0 for a flat thing, signed like the shift."""
        return self.shift / max(self.sine, SMALLEST_SINE)


def relief_between(before: Values, image: Image, points: Values) -> Relief | None:
    """Compares a turned face with the view of the same face looking straight ahead.

    Args:
        before: float32[128, 128], the view before the turn.
        image: the picture during the turn, `uint8[H, W, 3], RGB`.
        points: float32[5, 2], the face in it, px.

    Returns:
        The relief, or None if too little of the face was found again.
    """
    turned = view_of(image, points, MARGIN_PX)
    try:
        return _relief(before, turned)
    finally:
        turned.fill(0)


def _relief(before: Values, turned: Values) -> Relief | None:
    rim, nose = _with_contrast(before, RIM), _with_contrast(before, NOSE)
    plane = np.array([[1, 0, MARGIN_PX], [0, 1, MARGIN_PX], [0, 0, 1]], np.float64)
    for shrinking, half_px, reach_px in LOOKS:
        now = _through(plane, turned)
        old, new = _found_again(before, now, rim, half_px, reach_px, shrinking)
        if len(old) < MIN_RIM_PATCHES:
            return None
        plane = plane @ _homography(old, new)
    old, new = _found_again(before, _through(plane, turned), nose, HALF_PX, HALF_PX)
    if len(old) < MIN_NOSE_PATCHES:
        return None
    shift = float(np.median((new - old)[:, 0])) / EYE_DISTANCE_PX
    return Relief(shift, _sine(plane))


def _found_again(
    before: Values, now: Values, places: Values, half_px: int, reach_px: int, shrinking: int = 1
) -> tuple[Values, Values]:
    """Old and new places of the patches that were found again; `now` is used up."""
    offset_px = (shrinking - 1) / 2
    found, likeness = find_patches(
        _shrunk(before, shrinking),
        _shrunk(now, shrinking),
        (places - offset_px) / shrinking,
        half_px,
        reach_px,
    )
    now.fill(0)
    is_found = likeness >= MIN_CORRELATION
    return places[is_found], found[is_found] * shrinking + offset_px


def _shrunk(view: Values, times: int) -> Values:
    """Averages squares of so many pixels."""
    side = SIDE_PX // times
    return np.asarray(view.reshape(side, times, side, times).mean(axis=(1, 3)), np.float32)


def _with_contrast(view: Values, places: Values) -> Values:
    """The places around which there is something to be found again."""
    contrast = patches_at(view, places, HALF_PX).std(axis=(1, 2))
    return np.asarray(places[contrast >= MIN_CONTRAST], np.float32)


def _through(plane: NDArray[np.float64], turned: Values) -> Values:
    """The turned face as it would look straight ahead if it were flat, float32[128, 128]."""
    columns, rows = np.meshgrid(np.arange(SIDE_PX), np.arange(SIDE_PX))
    at = _mapped(plane, np.stack([columns.ravel(), rows.ravel()], axis=1))
    return between_pixels(turned, at).reshape(SIDE_PX, SIDE_PX)


def _mapped(plane: NDArray[np.float64], places: NDArray[np.generic]) -> NDArray[np.float64]:
    x, y, w = plane @ np.concatenate([places.T, np.ones((1, len(places)))])
    return np.stack([x / w, y / w], axis=1)


def _homography(old: Values, new: Values) -> NDArray[np.float64]:
    """The projective map from old to new places; a place that does not fit counts less."""
    plane, weights = np.eye(3), np.ones(len(old))
    for _ in range(ROUNDS):
        plane = _weighted_homography(old, new, weights)
        misses_px = np.linalg.norm(_mapped(plane, old) - new, axis=1)
        weights = 1 / (1 + (misses_px / TOLERANCE_PX) ** 2)
    return plane


def _weighted_homography(
    old: Values, new: Values, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    (x, y), (u, v) = old.T.astype(np.float64), new.T.astype(np.float64)
    one, none = np.ones_like(x), np.zeros_like(x)
    left = np.stack([x, y, one, none, none, none, -u * x, -u * y], axis=1)
    right = np.stack([none, none, none, x, y, one, -v * x, -v * y], axis=1)
    rows = np.concatenate([left, right]) * np.tile(weights, 2)[:, None]
    wanted = np.concatenate([u, v]) * np.tile(weights, 2)
    return np.append(np.linalg.lstsq(rows, wanted, rcond=None)[0], 1.0).reshape(3, 3)


def _sine(plane: NDArray[np.float64]) -> float:
    """Sine of the turn that makes a square as narrow as the map does in the middle of the face."""
    middle = np.array([[64.0, 64.0], [65.0, 64.0], [64.0, 65.0]])
    centre, across, down = _mapped(plane, middle)
    narrow, wide = sorted(np.linalg.svd(np.stack([across - centre, down - centre]))[1])
    return math.sqrt(max(0.0, 1 - float(narrow / wide) ** 2))
