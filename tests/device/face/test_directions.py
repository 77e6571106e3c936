"""Left and right are the patient's own, as in the mirror that the preview is.

Somebody stands beside the middle and does what the hint says; only who takes left for right never
gets there.
"""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from device.face.bundle import read_detector
from device.face.detector import Detector
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.port import Image
from device.face.pose import turn_of
from device.face.preview import preview_jpeg
from device.face.quality import QualityHint, QualityLimits, judge
from device.face.runtimes import auto

PEOPLE = Path(__file__).parents[2] / "hw_sim" / "people"
STEP_PX, MOST_STEPS = 40, 6
OWN_LEFT = {QualityHint.MOVE_LEFT: 1, QualityHint.MOVE_RIGHT: -1}
"""Steps to the patient's own left."""


@pytest.fixture(scope="module")
def detector() -> Detector:
    bundle = read_detector(MODELS_FOLDER / "detector")
    return Detector(bundle, auto.create(Settings()).load(bundle.content))


def picture(path: Path) -> Image:
    with PillowImage.open(path) as file:
        return np.array(file.convert("RGB"), np.uint8)


class Walker:
    """Somebody of the cast, so many px to their own left of the middle."""

    def __init__(self, own_left_px: int) -> None:
        self._at_middle = picture(PEOPLE / "taro" / "live" / "000.jpg")
        self.own_left_px = own_left_px

    def seen(self) -> Image:
        """By the camera, which has the patient's left on its right."""
        width = self._at_middle.shape[1]
        columns = np.clip(np.arange(width) - self.own_left_px, 0, width - 1)
        return self._at_middle[:, columns]

    def obey(self, hint: QualityHint, *, takes_left_for_right: bool = False) -> None:
        step_px = STEP_PX * OWN_LEFT.get(hint, 0)
        self.own_left_px += -step_px if takes_left_for_right else step_px


def hint_for(image: Image, detector: Detector) -> QualityHint:
    return judge(image, detector.faces(image), QualityLimits())


def test_the_patients_left_is_the_pictures_right(detector: Detector) -> None:
    """As the rendered head shows that turns to its own left."""
    turned, straight = (
        turn_of(detector.faces(picture(PEOPLE / "taro" / folder))[0].points)
        for folder in ("turn_left/005.jpg", "live/000.jpg")
    )
    assert turned > straight + 0.05


@pytest.mark.parametrize(
    ("own_left_px", "hint"), [(290, QualityHint.MOVE_RIGHT), (-290, QualityHint.MOVE_LEFT)]
)
def test_who_does_what_the_hint_says_comes_to_the_middle(
    detector: Detector, own_left_px: int, hint: QualityHint
) -> None:
    walker = Walker(own_left_px)
    assert hint_for(walker.seen(), detector) is hint
    for _ in range(MOST_STEPS):
        walker.obey(hint_for(walker.seen(), detector))
    assert hint_for(walker.seen(), detector) is QualityHint.GOOD


@pytest.mark.parametrize("own_left_px", [290, -290])
def test_who_takes_left_for_right_never_comes_to_the_middle(
    detector: Detector, own_left_px: int
) -> None:
    walker = Walker(own_left_px)
    for _ in range(MOST_STEPS):
        walker.obey(hint_for(walker.seen(), detector), takes_left_for_right=True)
        assert hint_for(walker.seen(), detector) is not QualityHint.GOOD


def test_the_preview_shows_who_must_move_right_on_its_left(detector: Detector) -> None:
    """In a mirror one moves to the right to come to the right."""
    walker = Walker(290)
    assert hint_for(walker.seen(), detector) is QualityHint.MOVE_RIGHT
    with PillowImage.open(io.BytesIO(preview_jpeg(walker.seen(), 640))) as file:
        mirrored = np.array(file.convert("RGB"), np.uint8)
    (face,) = detector.faces(mirrored)
    assert face.centre_px[0] < mirrored.shape[1] / 2
