from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from device.face.alignment import align
from device.face.detector import Detector, Face
from device.face.occlusion import Covers
from device.face.port import Image, Values
from device.face.quality import (
    CHIP_TEMPLATE,
    QualityHint,
    QualityLimits,
    _bends_to_slopes,
    grey_chip,
    judge,
    sharpness,
)
from device.face.wiping import WipedAfterwards
from tests.device.face.paper_people import BLUE, RED, SquareDetector, detector_bundle, picture

LIMITS = QualityLimits()
DETECTOR = Detector(detector_bundle(), SquareDetector())


def _hint(image: Image) -> QualityHint:
    return judge(image, DETECTOR.faces(image), LIMITS)


def test_a_good_picture_is_good() -> None:
    assert _hint(picture((RED, 90, 60, 110))) is QualityHint.GOOD


@pytest.mark.parametrize(
    ("image", "hint"),
    [
        (picture(), QualityHint.NO_FACE),
        (picture((RED, 150, 100, 36)), QualityHint.COME_CLOSER),
        (picture((RED, 50, 10, 220)), QualityHint.MOVE_BACK),
        (picture((RED, 20, 60, 110), (BLUE, 190, 60, 110)), QualityHint.SEVERAL_FACES),
    ],
)
def test_the_place_decides_the_hint(image: Image, hint: QualityHint) -> None:
    assert _hint(image) is hint


def test_a_small_passer_by_is_no_second_patient() -> None:
    assert _hint(picture((RED, 90, 60, 110), (BLUE, 250, 60, 40))) is QualityHint.GOOD


def _face(points: Sequence[tuple[float, float]]) -> Face:
    return Face(90, 60, 110, 110, np.array(points, np.float32), 0.9)


STRAIGHT = [(123, 104), (167, 104), (145, 124), (128, 143), (162, 143)]


@pytest.mark.parametrize(
    "points",
    [
        [*STRAIGHT[:2], (166, 124), *STRAIGHT[3:]],
        [*STRAIGHT[:2], (145, 140), *STRAIGHT[3:]],
        [*STRAIGHT[:2], (145, 106), *STRAIGHT[3:]],
        [(125, 90), (160, 115), (135, 124), (110, 130), (142, 152)],
        [(145, 104)] * 5,
    ],
    ids=["turned", "nodding", "looking up", "tilted", "senseless"],
)
def test_another_pose_asks_to_look_straight(points: list[tuple[float, float]]) -> None:
    image = picture((RED, 90, 60, 110))
    assert judge(image, [_face(STRAIGHT)], LIMITS) is QualityHint.GOOD
    assert judge(image, [_face(points)], LIMITS) is QualityHint.LOOK_STRAIGHT


def test_a_straight_face_the_detector_is_unsure_of_asks_to_be_shown() -> None:
    image = picture((RED, 90, 60, 110))
    unsure = replace(_face(STRAIGHT), score=0.8)
    assert judge(image, [unsure], LIMITS) is QualityHint.SHOW_FACE
    turned = replace(unsure, points=np.array([*STRAIGHT[:2], (166, 124), *STRAIGHT[3:]]))
    assert judge(image, [turned], LIMITS) is QualityHint.LOOK_STRAIGHT


@pytest.mark.parametrize(
    ("covers", "hint"),
    [
        (Covers(), QualityHint.GOOD),
        (Covers(mouth=True), QualityHint.TAKE_OFF_MASK),
        (Covers(eyes=True), QualityHint.SHOW_FACE),
        (Covers(mouth=True, eyes=True), QualityHint.TAKE_OFF_MASK),
    ],
)
def test_what_covers_a_straight_face_decides_the_hint(covers: Covers, hint: QualityHint) -> None:
    image = picture((RED, 90, 60, 110))
    asked: list[Values] = []

    def told(face: Face) -> QualityHint:
        def covers_of(points: Values) -> Covers:
            asked.append(points)
            return covers

        return judge(image, [face], LIMITS, covers_of)

    straight = _face(STRAIGHT)
    assert told(straight) is hint
    unsure = told(replace(straight, score=0.8))
    assert unsure is (hint if covers.mouth else QualityHint.SHOW_FACE)
    assert told(_face([*STRAIGHT[:2], (166, 124), *STRAIGHT[3:]])) is QualityHint.LOOK_STRAIGHT
    assert len(asked) == 2, "nobody is asked about a turned face"


@pytest.mark.parametrize(
    ("gain", "offset", "hint"),
    [
        (0.2, 0, QualityHint.TOO_DARK),
        (0.3, 180, QualityHint.TOO_BRIGHT),
        (0.05, 60, QualityHint.TOO_DARK),
        (0.05, 150, QualityHint.TOO_BRIGHT),
    ],
)
def test_the_light_decides_the_hint(gain: float, offset: float, hint: QualityHint) -> None:
    image = picture((RED, 90, 60, 110))
    lit = np.clip(image * gain + offset, 0, 255).astype(np.uint8)
    assert judge(lit, [_face(STRAIGHT)], LIMITS) is hint


@pytest.mark.parametrize(
    ("background", "hint"), [(200, QualityHint.BACKLIT), (20, QualityHint.TOO_DARK)]
)
def test_a_dark_face_before_a_window_is_backlit(background: int, hint: QualityHint) -> None:
    dark = (picture((RED, 90, 60, 110)) * 0.2).astype(np.uint8)
    image = np.full_like(dark, background)
    image[60:170, 90:200] = dark[60:170, 90:200]
    assert judge(image, [_face(STRAIGHT)], LIMITS) is hint


def test_where_the_face_fills_the_picture_nothing_is_behind_it() -> None:
    dark = (picture((RED, 90, 60, 110)) * 0.2).astype(np.uint8)[40:200, 70:220]
    face = replace(_face([(x - 70, y - 40) for x, y in STRAIGHT]), left_px=0, width_px=140)
    assert judge(dark, [face], LIMITS) is QualityHint.TOO_DARK


def _blurred(image: Image, times: int) -> Image:
    blurred = image.astype(np.float32)
    for _ in range(times):
        for axis in (0, 1):
            blurred = (np.roll(blurred, 1, axis) + blurred + np.roll(blurred, -1, axis)) / 3
    return blurred.astype(np.uint8)


@pytest.mark.parametrize(
    ("right_px", "down_px", "hint"),
    [
        (-118, 0, QualityHint.MOVE_LEFT),
        (150, 0, QualityHint.MOVE_RIGHT),
        (0, -100, QualityHint.MOVE_DOWN),
        (0, 90, QualityHint.MOVE_UP),
    ],
)
def test_a_face_at_the_edge_asks_to_move(right_px: int, down_px: int, hint: QualityHint) -> None:
    """What the camera sees on its left is the patient's right."""
    at_edge = [(x + right_px, y + down_px) for x, y in STRAIGHT]
    assert judge(picture(), [_face(at_edge)], LIMITS) is hint


def test_a_blurred_picture_asks_to_hold_still() -> None:
    image = np.full((240, 320, 3), 170, np.uint8)
    for x, y in STRAIGHT:
        image[int(y) - 6 : int(y) + 6, int(x) - 8 : int(x) + 8] = 60
    assert judge(image, [_face(STRAIGHT)], LIMITS) is QualityHint.GOOD
    assert judge(_blurred(image, 40), [_face(STRAIGHT)], LIMITS) is QualityHint.HOLD_STILL


def test_a_move_one_way_leaves_the_sharpness_the_other_way() -> None:
    """The control: the mean of both directions would take it for sharp."""
    cells = np.random.default_rng(0).integers(0, 256, (8, 8)).astype(np.float32)
    image = cells.repeat(12, 0).repeat(12, 1)
    moved = np.mean([np.roll(image, step, 1) for step in range(9)], axis=0, dtype=np.float32)
    assert sharpness(moved) < 0.6 * sharpness(image)
    assert sharpness(moved.T.copy()) == pytest.approx(sharpness(moved), rel=0.01)
    both = [_bends_to_slopes(moved, axis) for axis in (0, 1)]
    assert np.mean(both) > LIMITS.min_sharpness > sharpness(moved)


def test_sharpness_falls_with_blur_and_not_with_light() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (24, 24, 3)).astype(np.uint8).repeat(4, 0).repeat(4, 1)
    grey = image.mean(axis=2).astype(np.float32)
    blurred = _blurred(image, 12).mean(axis=2).astype(np.float32)
    assert sharpness(blurred) < 0.6 * sharpness(grey)
    assert sharpness(grey * 0.5) == pytest.approx(sharpness(grey), rel=0.01)
    assert sharpness(np.zeros((96, 96), np.float32)) == 0


@pytest.mark.parametrize("is_wiped", [True, False])
def test_a_face_is_wiped_though_it_cannot_be_made_grey(
    is_wiped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the wiping it is left."""
    if not is_wiped:
        monkeypatch.setattr(WipedAfterwards, "__exit__", lambda *_: None)
    kept: list[Image] = []

    def noted(*given: Any) -> Image:
        kept.append(align(*given))
        return kept[-1]

    monkeypatch.setattr("device.face.quality.align", noted)
    monkeypatch.setattr("device.face.quality.GREY_WEIGHTS", np.ones(4, np.float32))
    with pytest.raises(ValueError, match="matmul"):
        grey_chip(picture((RED, 90, 60, 110)), CHIP_TEMPLATE)
    assert [face.any() for face in kept] == [not is_wiped]
