"""Judges whether a picture is good enough to compare, and what the patient could do about it.

Source: the measures follow ISO/IEC 19794-5 in kind (size, pose, exposure, focus); the limits are
this project's own.
"""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from device.face.alignment import align
from device.face.detector import Face
from device.face.port import Image, Values
from device.face.pose import turn_of

CHIP_PX = 96
CHIP_TEMPLATE = np.array(
    [[30.0, 36.0], [66.0, 36.0], [48.0, 56.0], [33.0, 72.0], [63.0, 72.0]], np.float32
)
GREY_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)


class QualityHint(Enum):
    """What the patient is told; GOOD means: nothing to do."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    COME_CLOSER = "come_closer"
    MOVE_BACK = "move_back"
    MOVE_TO_MIDDLE = "move_to_middle"
    LOOK_STRAIGHT = "look_straight"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    HOLD_STILL = "hold_still"
    GOOD = "good"


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
    or covered one."""
    max_roll_deg: float = 25.0
    """Largest tilt of the line between the eyes."""
    max_turn: float = 0.35
    """Largest sideways distance of the nose tip from the middle of the eyes, in eye distances."""
    nod_range: tuple[float, float] = (0.25, 0.80)
    """Smallest and largest place of the nose tip between the eyes (0) and the mouth (1)."""
    min_mean_grey: float = 45.0
    """Darkest mean of the face, 0..255."""
    max_mean_grey: float = 225.0
    """Brightest mean of the face, 0..255."""
    min_contrast: float = 12.0
    """Smallest standard deviation of the face, 0..255."""
    min_sharpness: float = 0.60
    """Smallest share of fine detail, as `sharpness` measures it."""


def judge(image: Image, faces: list[Face], limits: QualityLimits) -> QualityHint:
    """Says what is wrong with a live picture, the most helpful thing first.

    Args:
        image: `uint8[H, W, 3], RGB`.
        faces: the faces in it, largest first.
        limits: where a picture stops being good.

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
    chip = align(image, face.points, CHIP_TEMPLATE, CHIP_PX)
    try:
        return _light(chip, limits)
    finally:
        chip.fill(0)


def _place(shape: tuple[int, ...], face: Face, limits: QualityLimits) -> QualityHint | None:
    share = face.size_px / min(shape[:2])
    if share < limits.min_size_share:
        return QualityHint.COME_CLOSER
    if share > limits.max_size_share:
        return QualityHint.MOVE_BACK
    low, high = face.points.min(axis=0), face.points.max(axis=0)
    margin = 0.1 * face.size_px
    is_cut = low.min() < margin or high[0] > shape[1] - margin or high[1] > shape[0] - margin
    return QualityHint.MOVE_TO_MIDDLE if is_cut else None


def _pose(face: Face, limits: QualityLimits) -> QualityHint | None:
    """Tilt, turn and nod from five points; a rough measure that needs no model of a head."""
    points = face.points
    eyes, mouth = (points[0] + points[1]) / 2, (points[3] + points[4]) / 2
    across, down = points[1] - points[0], mouth - eyes
    eye_distance, length = float(np.hypot(*across)), float(np.hypot(*down))
    if face.score < limits.min_sureness or eye_distance < 1.0 or length < 1.0:
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


def _light(chip: Image, limits: QualityLimits) -> QualityHint:
    """Judges exposure and focus on the aligned face."""
    grey = chip.astype(np.float32) @ GREY_WEIGHTS
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


def sharpness(grey: Values) -> float:
    """Strength of bends against strength of slopes, after averaging each 2 x 2 pixels.

    A picture out of focus has slopes but no bends. Neither contrast nor a little noise matters:
    sharp faces reach 0.83 to 1.2, a blur of 3 px leaves 0.4 to 0.6.

    Args:
        grey: float32[H, W], 0..255, even sides.
    """
    small = (grey[0::2, 0::2] + grey[1::2, 0::2] + grey[0::2, 1::2] + grey[1::2, 1::2]) / 4
    slopes = sum(float(np.abs(np.diff(small, 1, axis)).mean()) for axis in (0, 1))
    bends = sum(float(np.abs(np.diff(small, 2, axis)).mean()) for axis in (0, 1))
    return bends / max(slopes, 1e-3)
