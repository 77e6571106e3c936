from pathlib import Path

import numpy as np
import pytest

from device.face.bundle import read_detector
from device.face.detector import Detector, Face
from device.face.errors import ModelError
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.port import Values
from device.face.runtimes import auto
from tests.device.face.paper_people import (
    BLUE,
    POINTS,
    RED,
    SquareDetector,
    detector_bundle,
    picture,
)


@pytest.fixture
def detector() -> Detector:
    return Detector(detector_bundle(), SquareDetector())


def _is_at(face: Face, left: int, top: int, side: int, tolerance_px: float) -> bool:
    points = np.array([left, top]) + POINTS * side
    return bool(np.abs(face.points - points).max() <= tolerance_px) and face.size_px == (
        pytest.approx(side, abs=2 * tolerance_px)
    )


@pytest.mark.parametrize("size", [(240, 320), (320, 240), (480, 640), (160, 160), (90, 700)])
def test_a_face_is_found_where_it_is(detector: Detector, size: tuple[int, int]) -> None:
    side = min(size) // 2
    left, top = size[1] // 3, size[0] // 4
    faces = detector.faces(picture((RED, left, top, side), size=size))
    assert len(faces) == 1
    assert _is_at(faces[0], left, top, side, max(size) / 160)


def test_a_close_look_places_a_small_face_better() -> None:
    image = picture((RED, 301, 203, 45), size=(480, 640))
    network = SquareDetector()
    close = Detector(detector_bundle(), network).faces(image)[0]
    assert len(network.seen) == 2
    assert _is_at(close, 301, 203, 45, 1.0)


def test_several_faces_come_largest_first(detector: Detector) -> None:
    faces = detector.faces(picture((BLUE, 10, 60, 50), (RED, 150, 60, 120)))
    assert [round(face.size_px / 10) for face in faces] == [12, 5]


def test_nobody_gives_no_face(detector: Detector) -> None:
    assert detector.faces(picture()) == []


class Repeating:
    """Answers one grid, whatever it sees."""

    def __init__(self, answer: Values) -> None:
        self._answer = answer

    def run(self, values: Values) -> Values:
        return self._answer


def _cell(grid: Values, row: int, column: int, logit: float, shift: float) -> None:
    grid[0, row, column, 0] = logit
    grid[0, row, column, 1:3] = (
        np.array([80, 80]) + shift - (np.array([column, row]) + 0.5) * 16
    ) / 32
    grid[0, row, column, 3:5] = np.log(100 / 64)
    grid[0, row, column, 5:] = np.tile(grid[0, row, column, 1:3], 5)


def test_cells_that_mean_one_face_are_merged_by_their_weight() -> None:
    grid = np.zeros((1, 10, 10, 15), np.float32)
    grid[..., 0] = -9
    _cell(grid, 4, 4, 3.0, -2.0)
    _cell(grid, 5, 5, 3.0, 4.0)
    faces = Detector(detector_bundle(), Repeating(grid)).faces(np.zeros((160, 160, 3), np.uint8))
    assert len(faces) == 1
    assert faces[0].centre_px == pytest.approx((81, 81), abs=0.1)
    assert faces[0].points[0].tolist() == pytest.approx([81, 81], abs=0.1)


def test_extreme_answers_stay_finite() -> None:
    grid = np.full((1, 10, 10, 15), 1e6, np.float32)
    faces = Detector(detector_bundle(), Repeating(grid)).faces(np.zeros((160, 160, 3), np.uint8))
    assert all(np.isfinite(face.points).all() and np.isfinite(face.size_px) for face in faces)


def test_an_answer_of_another_shape_is_refused() -> None:
    network = Repeating(np.zeros((1, 5, 5, 15), np.float32))
    with pytest.raises(ModelError, match="shape"):
        Detector(detector_bundle(), network).faces(np.zeros((160, 160, 3), np.uint8))


def test_a_face_prints_without_its_points(detector: Detector) -> None:
    assert "points" not in repr(detector.faces(picture((RED, 90, 60, 110)))[0])


def _real(folder: Path) -> Detector:
    bundle = read_detector(folder)
    return Detector(bundle, auto.create(Settings()).load(bundle.content))


def test_the_delivered_detector_sees_no_face_in_noise_and_emptiness() -> None:
    detector = _real(MODELS_FOLDER / "detector")
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (240, 320, 3)).astype(np.uint8)
    ramp = np.broadcast_to(np.arange(320) * 0.7, (240, 320))[..., None].repeat(3, 2)
    for image in (noise, ramp.astype(np.uint8), np.zeros((240, 320, 3), np.uint8)):
        assert detector.faces(image) == []
