"""Judges whether a picture is good enough to compare, and what the patient could do about it.

Source: the measures follow the quality components of ISO/IEC 29794-5 in kind, each named below; the
limits are this project's own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from device.face.alignment import align
from device.face.detector import Face
from device.face.occlusion import Covers
from device.face.port import Image, Values
from device.face.pose import turn_of
from device.face.wiping import WipedAfterwards

CHIP_PX = 96
CHIP_TEMPLATE = np.array(
    [[30.0, 36.0], [66.0, 36.0], [48.0, 56.0], [33.0, 72.0], [63.0, 72.0]], np.float32
)
BACKGROUND_STEP_PX = 8
"""So coarsely the background is looked at."""
GREY_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)


class QualityHint(Enum):
    """What the patient is told; left and right are the patient's own, as in a mirror."""

    NO_FACE = "no_face"
    """Single face present: none."""
    SEVERAL_FACES = "several_faces"
    """Single face present: another one, near enough to be the patient."""
    COME_CLOSER = "come_closer"
    """Head size, inter-eye distance: too small."""
    MOVE_BACK = "move_back"
    """Head size: too large."""
    MOVE_LEFT = "move_left"
    """Crop of the face image: cut at the side of the patient's right."""
    MOVE_RIGHT = "move_right"
    """Crop of the face image: cut at the side of the patient's left."""
    MOVE_UP = "move_up"
    """Crop of the face image: cut below, as of somebody in a wheelchair."""
    MOVE_DOWN = "move_down"
    """Crop of the face image: cut above, as of somebody tall."""
    LOOK_STRAIGHT = "look_straight"
    """Head pose: yaw, pitch or roll."""
    TAKE_OFF_MASK = "take_off_mask"
    """Face occlusion prevention: something covers the mouth."""
    SHOW_FACE = "show_face"
    """Face occlusion prevention, eyes visible: it looks ahead, and the eyes are covered or it
    is hardly seen as a face."""
    TOO_DARK = "too_dark"
    """Under-exposure prevention, dynamic range."""
    BACKLIT = "backlit"
    """Under-exposure prevention: dark before a bright background."""
    TOO_BRIGHT = "too_bright"
    """Over-exposure prevention, dynamic range."""
    HOLD_STILL = "hold_still"
    """Sharpness."""
    GOOD = "good"
    """Nothing to do."""


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """Where a picture stops being good."""

    min_size_share: float = 0.20
    """Smallest face, as a share of the picture's shorter side."""
    max_size_share: float = 0.85
    """Largest face, as a share of the picture's shorter side."""
    rival_share: float = 0.5
    """A second face of at least this share of the first one's size is not a passer-by."""
    min_sureness: float = 0.87
    """Smallest score of the detector; it learnt faces that look ahead and is less sure of a turned
    one. Masks and dark glasses it does not mind: those have a network of their own."""
    max_roll_deg: float = 25.0
    """Largest tilt of the line between the eyes."""
    max_turn: float = 0.35
    """Largest sideways distance of the nose tip from the middle of the eyes, in eye distances."""
    nod_range: tuple[float, float] = (0.25, 0.80)
    """Smallest and largest place of the nose tip between the eyes (0) and the mouth (1)."""
    min_mean_grey: float = 45.0
    """Darkest mean of the face, 0..255."""
    min_backlight: float = 100.0
    """A dark face before a background of at least this mean has the light behind it."""
    max_mean_grey: float = 225.0
    """Brightest mean of the face, 0..255."""
    min_contrast: float = 12.0
    """Smallest standard deviation of the face, 0..255."""
    min_sharpness: float = 0.70
    """Smallest share of fine detail, as `sharpness` measures it."""


def _nothing_covers(points: Values) -> Covers:
    return Covers()


def judge(
    image: Image,
    faces: list[Face],
    limits: QualityLimits,
    covers_of: Callable[[Values], Covers] = _nothing_covers,
) -> QualityHint:
    """Says what is wrong with a picture, the most helpful thing first.

    Args:
        image: `uint8[H, W, 3], RGB`.
        faces: the faces in it, largest first.
        limits: where a picture stops being good.
        covers_of: tells what covers the face with these five points; asked only where the face is
            well placed and looks ahead.

    Returns:
        GOOD, or what the patient could do.
    """
    if not faces:
        return QualityHint.NO_FACE
    face = faces[0]
    if len(faces) > 1 and faces[1].size_px >= limits.rival_share * face.size_px:
        return QualityHint.SEVERAL_FACES
    hint = _place(image.shape, face, limits) or _pose(face, limits)
    if hint is not None:
        return hint
    covers = covers_of(face.points)
    if covers.mouth:
        return QualityHint.TAKE_OFF_MASK
    if covers.eyes or face.score < limits.min_sureness:
        return QualityHint.SHOW_FACE
    grey = grey_chip(image, face.points)
    try:
        hint = _light(grey, limits)
    finally:
        grey.fill(0)
    if hint is QualityHint.TOO_DARK and _background(image, face) >= limits.min_backlight:
        return QualityHint.BACKLIT
    return hint


def grey_chip(image: Image, points: Values) -> Values:
    """Cuts out the face in which light and detail are measured.

    Args:
        image: `uint8[H, W, 3], RGB`.
        points: float32[5, 2], px.

    Returns:
        float32[96, 96], 0..255; a fresh array.
    """
    return grey_face(image, points, CHIP_TEMPLATE, CHIP_PX)


def grey_face(image: Image, points: Values, template: Values, side_px: int) -> Values:
    """Cuts out a face as `align` does, in grey: float32[S, S], 0..255; a fresh array."""
    with WipedAfterwards() as passing:
        face = passing.keep(align(image, points, template, side_px))
        coloured = passing.keep(face.astype(np.float32))
        grey: Values = coloured @ GREY_WEIGHTS
        return grey


def _place(shape: tuple[int, ...], face: Face, limits: QualityLimits) -> QualityHint | None:
    share = face.size_px / min(shape[:2])
    if share < limits.min_size_share:
        return QualityHint.COME_CLOSER
    if share > limits.max_size_share:
        return QualityHint.MOVE_BACK
    (left, top), (right, bottom) = face.points.min(axis=0), face.points.max(axis=0)
    margin = 0.1 * face.size_px
    # The camera looks at the patient: what it sees on its left is the patient's right.
    if left < margin:
        return QualityHint.MOVE_LEFT
    if right > shape[1] - margin:
        return QualityHint.MOVE_RIGHT
    if top < margin:
        return QualityHint.MOVE_DOWN
    return QualityHint.MOVE_UP if bottom > shape[0] - margin else None


def _pose(face: Face, limits: QualityLimits) -> QualityHint | None:
    """Tilt, turn and nod from five points; a rough measure that needs no model of a head."""
    points = face.points
    eyes, mouth = (points[0] + points[1]) / 2, (points[3] + points[4]) / 2
    across, down = points[1] - points[0], mouth - eyes
    eye_distance, length = float(np.hypot(*across)), float(np.hypot(*down))
    if eye_distance < 1.0 or length < 1.0:
        return QualityHint.LOOK_STRAIGHT
    roll_deg = math.degrees(math.atan2(float(across[1]), float(across[0])))
    nose = points[2] - eyes
    nod = float(nose @ down) / length**2
    low, high = limits.nod_range
    is_straight = (
        abs(roll_deg) <= limits.max_roll_deg
        and abs(turn_of(points)) <= limits.max_turn
        and low <= nod <= high
    )
    return None if is_straight else QualityHint.LOOK_STRAIGHT


def _light(grey: Values, limits: QualityLimits) -> QualityHint:
    """Judges exposure and focus on the aligned face."""
    mean, contrast = float(grey.mean()), float(grey.std())
    if mean < limits.min_mean_grey:
        return QualityHint.TOO_DARK
    if mean > limits.max_mean_grey:
        return QualityHint.TOO_BRIGHT
    if contrast < limits.min_contrast:
        return QualityHint.TOO_DARK if mean < 128 else QualityHint.TOO_BRIGHT
    if sharpness(grey) < limits.min_sharpness:
        return QualityHint.HOLD_STILL
    return QualityHint.GOOD


def _background(image: Image, face: Face) -> float:
    """Mean grey of what lies beside the head, 0..255; of nothing, if nothing does."""
    left, right = (face.left_px + share * face.width_px for share in (-0.2, 1.2))
    columns = np.arange(0, image.shape[1], BACKGROUND_STEP_PX)
    beside = image[::BACKGROUND_STEP_PX, columns[(columns < left) | (columns > right)]]
    return float((beside @ GREY_WEIGHTS).mean()) if beside.size else 0.0


def sharpness(grey: Values) -> float:
    """Strength of bends against strength of slopes, after averaging each 2 x 2 pixels.

    A picture out of focus has slopes but no bends; one that moved lacks the bends along its way, so
    the weaker of both directions counts. Neither contrast nor a little noise matters: 499 of 500
    sharp photographs reach 0.79 to 1.3, a move by a tenth of the face leaves 0.4 to 0.75.

    Args:
        grey: float32[H, W], 0..255, even sides.
    """
    small = halved(grey)
    return min(_bends_to_slopes(small, axis) for axis in (0, 1))


def halved(grey: Values) -> Values:
    """Averages each 2 x 2 pixels of float32[H, W] with even sides."""
    height, width = grey.shape
    return np.asarray(grey.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)), np.float32)


def _bends_to_slopes(grey: Values, axis: int) -> float:
    slopes = float(np.abs(np.diff(grey, 1, axis)).mean())
    return float(np.abs(np.diff(grey, 2, axis)).mean()) / max(slopes, 1e-3)
