"""The camera above the tray: takes pictures of whatever is laid there."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card_front import light
from tests.hw_sim.card_front.coarse import coarse_points, drawn_out
from tests.hw_sim.card_front.finger import depth_mm, skin
from tests.hw_sim.card_front.front import render_front
from tests.hw_sim.card_front.laid import Laid, sheet_pixels
from tests.hw_sim.card_front.lens import blurred, point_spread
from tests.hw_sim.card_front.look import PrintLook
from tests.hw_sim.card_front.moment import Moment, moment_of
from tests.hw_sim.card_front.sensor import exposed
from tests.hw_sim.card_front.shot import Finger, Shot
from tests.hw_sim.card_front.tray import tray_picture
from tests.hw_sim.card_front.view import View

_SHADOW_MM = 4.0
"""How far a finger's shadow reaches on the card."""
_NO_SECOND_MAP = np.empty(0, np.float32)
_CODES = np.arange(256) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(
    np.float32
)


def photograph(
    card_image: NDArray[np.uint8], shot: Shot, seed: int, index: int = 0
) -> NDArray[np.uint8]:
    """One picture of one flat card.

    Args:
        card_image: `uint8[H, W, 3 or 4]`, as `render_front` and its like make it.
        shot: the laying.
        seed: of the laying.
        index: of the picture in the laying.

    Returns:
        `uint8[960, 1280, 3], RGB`.
    """
    return photograph_things([Laid.of(card_image)], shot, seed, index)


def frames_of(
    profile: CardProfile, shot: Shot, count: int, seed: int, look: PrintLook | None = None
) -> Iterator[NDArray[np.uint8]]:
    """The pictures of one laying of one card's front.

    Args:
        profile: whose card.
        shot: the laying.
        count: how many pictures.
        seed: of the laying.
        look: how the card is printed and worn; by default freshly printed.

    Yields:
        `uint8[960, 1280, 3], RGB`.
    """
    laid = Laid.of(render_front(profile, look or PrintLook()))
    for index in range(count):
        yield photograph_things([laid], shot, seed, index)


def photograph_things(
    things: Sequence[Laid], shot: Shot, seed: int, index: int = 0
) -> NDArray[np.uint8]:
    """One picture of whatever lies on the tray, the lowest thing first.

    Args:
        things: none for the empty tray.
        shot: the laying.
        seed: of the laying.
        index: of the picture in the laying.

    Returns:
        `uint8[960, 1280, 3], RGB`.
    """
    moment = moment_of(shot, seed, index)
    points = coarse_points()
    plane_mm = View(shot, moment).to_plane(points)
    scene, gloss = _scene(things, shot, plane_mm)
    if shot.finger is not None:
        depth = drawn_out(depth_mm(shot.finger, moment.finger_back_mm, plane_mm))
        scene = _with_finger(scene, shot.finger, depth)
        gloss = gloss * (depth <= 0)
    linear = np.asarray(cv2.LUT(scene, _LINEAR), dtype=np.float32)
    kernel = point_spread(shot.defocus_px, moment.motion_px, shot.motion_deg)
    seen = _lit(blurred(linear, kernel), gloss, shot, moment, points)
    return exposed(seen, shot, np.random.default_rng([seed, 4, index]))


def _scene(
    things: Sequence[Laid], shot: Shot, plane_mm: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    scene = tray_picture(shot.tray_level, shot.tray_grain, shot.tray_seed)
    gloss = np.zeros(scene.shape[:2], np.float32)
    for thing in things:
        places = drawn_out(sheet_pixels(thing, plane_mm))
        seen = cv2.remap(thing.sheet, places, _NO_SECOND_MAP, cv2.INTER_LINEAR)
        coverage = np.asarray(seen[:, :, 3], dtype=np.uint8)
        bare = _shadowed(coverage)
        under = cv2.multiply(scene, cv2.merge([bare, bare, bare]), scale=1 / 255)
        scene = np.asarray(cv2.add(under, cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB)), dtype=np.uint8)
        gloss = np.maximum(gloss, (coverage > 20) * np.float32(thing.gloss))
    return scene, gloss


def _shadowed(coverage: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Share of light that what lies beneath still sends: none under a card, less beside it."""
    small = cv2.resize(coverage, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 1.6)
    shadow = cv2.resize(soft, (coverage.shape[1], coverage.shape[0]))
    lit = cv2.multiply(cv2.bitwise_not(coverage), 255 - shadow // 2, scale=1 / 255)
    return np.asarray(lit, dtype=np.uint8)


def _with_finger(
    scene: NDArray[np.uint8], finger: Finger, depth: NDArray[np.float32]
) -> NDArray[np.uint8]:
    x, y, width, height = cv2.boundingRect((depth > -_SHADOW_MM).astype(np.uint8))
    if width == 0:
        return scene
    part = (slice(y, y + height), slice(x, x + width))
    depth = depth[part]
    share = np.clip(depth / 0.3 + 0.5, 0, 1)[:, :, None]
    roundness = np.sqrt(np.clip(depth / finger.radius_mm, 0.02, 1))[:, :, None]
    shadow = 1 - 0.45 * np.exp(-np.clip(-depth, 0, _SHADOW_MM) / 1.3)[:, :, None]
    shaded = skin(finger) * (0.35 + 0.65 * roundness)
    changed = scene.copy()
    changed[part] = (scene[part] * shadow * (1 - share) + shaded * share).astype(np.uint8)
    return changed


def _lit(
    scene: NDArray[np.float32],
    gloss: NDArray[np.float32],
    shot: Shot,
    moment: Moment,
    points: NDArray[np.float64],
) -> NDArray[np.float32]:
    mosaic = scene[:, :, 1].copy()
    mosaic[0::2, 0::2] = scene[0::2, 0::2, 0]
    mosaic[1::2, 1::2] = scene[1::2, 1::2, 2]
    lit = mosaic * drawn_out(light.illumination(shot, moment, points))
    if shot.glares:
        lit += gloss * drawn_out(light.glare(shot, moment, points))
    return np.asarray(lit, dtype=np.float32)
