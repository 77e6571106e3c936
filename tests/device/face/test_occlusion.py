"""Covers are found on people who do not exist and taught nothing; bare faces are left alone."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from device.face.bundle import OcclusionBundle, read_detector, read_occlusion
from device.face.detector import Detector
from device.face.errors import ModelError
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.occlusion import Covers, Occlusion
from device.face.port import Image, Model, Values
from device.face.quality import QualityHint, QualityLimits, judge
from device.face.runtimes import auto
from tests.device.face.paper_people import RED, CoverFinder, occlusion_bundle, picture

PEOPLE = Path(__file__).parents[2] / "hw_sim" / "people"
MASKED = sorted(PEOPLE.glob("*/changed/mask.jpg"))
BARE = sorted(
    path
    for pattern in ("live/00[0-9].jpg", "grid/*.jpg", "changed/[!m]*.jpg", "turn_*/*.jpg")
    for path in PEOPLE.glob(f"*/{pattern}")
)
FRONT = sorted(PEOPLE.glob("*/grid/front_open_room.jpg"))
LARGEST_BYTES = 60_000


@cache
def detector() -> Detector:
    bundle = read_detector(MODELS_FOLDER / "detector")
    return Detector(bundle, auto.create(Settings()).load(bundle.content))


@cache
def bundle() -> OcclusionBundle:
    return read_occlusion(MODELS_FOLDER / "occlusion")


def delivered() -> Occlusion:
    return Occlusion(bundle(), auto.create(Settings()).load(bundle().content))


def opened(path: Path) -> Image:
    with PillowImage.open(path) as picture_:
        return np.array(picture_.convert("RGB"), np.uint8)


def hint(occlusion: Occlusion, image: Image) -> QualityHint:
    faces = detector().faces(image)
    return judge(image, faces, QualityLimits(), partial(occlusion.covers, image))


def told(occlusion: Occlusion, paths: Iterable[Path], wanted: QualityHint) -> set[Path]:
    """Whose pictures lead to a hint."""
    return {path for path in paths if hint(occlusion, opened(path)) is wanted}


def with_dark_glasses(image: Image) -> Image:
    """Two dark glasses and a bridge, drawn over the eyes."""
    points = detector().faces(image)[0].points
    across = float(np.hypot(*(points[1] - points[0])))
    axes = round(0.38 * across), round(0.28 * across)
    for x, y in points[:2]:
        cv2.ellipse(image, (round(x), round(y)), axes, 0, 0, 360, (18, 18, 20), -1, cv2.LINE_AA)
    left, right = (tuple(int(v) for v in np.rint(point)) for point in points[:2])
    cv2.line(image, left, right, (18, 18, 20), max(2, round(0.05 * across)), cv2.LINE_AA)
    return image


def test_who_wears_a_mask_is_asked_to_take_it_off() -> None:
    assert len(MASKED) == 16
    assert told(delivered(), MASKED, QualityHint.TAKE_OFF_MASK) == set(MASKED)


def test_who_wears_dark_glasses_is_asked_to_show_the_face() -> None:
    occlusion = delivered()
    for path in FRONT:
        assert hint(occlusion, opened(path)) is QualityHint.GOOD
        assert hint(occlusion, with_dark_glasses(opened(path))) is QualityHint.SHOW_FACE, path


def test_nobody_else_is() -> None:
    assert len(BARE) > 400
    occlusion = delivered()
    for wanted in (QualityHint.TAKE_OFF_MASK, QualityHint.SHOW_FACE):
        assert told(occlusion, BARE, wanted) == set()


class Constant:
    """Says the same of every face."""

    def __init__(self, mouth: float, eyes: float = -9) -> None:
        self._answer = np.array([[mouth, eyes]], np.float32)

    def run(self, values: Values) -> Values:
        return self._answer.copy()


class Brightness:
    """Takes a bright lower face for a mask: what a network could have learnt instead."""

    def run(self, values: Values) -> Values:
        return np.array([[values[:, 34:50, 20:44].mean() - 150, -9]], np.float32)


@pytest.mark.parametrize("network", [Constant(9), Constant(-9), Constant(-9, 9), Brightness()])
def test_a_network_that_knows_no_masks_would_be_noticed(network: Model) -> None:
    """The control of the tests above."""
    some = MASKED[::2] + BARE[::7]
    asked = told(Occlusion(bundle(), network), some, QualityHint.TAKE_OFF_MASK)
    assert asked != set(MASKED[::2])


def test_the_network_is_small() -> None:
    assert len(bundle().content) <= LARGEST_BYTES
    assert len(bundle().content) + len(read_detector(MODELS_FOLDER / "detector").content) < 2**20


IMAGE = picture((RED, 90, 60, 110))
POINTS = occlusion_bundle().template + 100


@pytest.mark.parametrize(
    "answer",
    [np.zeros((1, 1)), np.zeros((1, 2, 1)), np.zeros((2, 2)), np.full((1, 2), np.nan)],
    ids=["one value", "deeper", "two faces", "no number"],
)
def test_an_answer_of_another_shape_is_refused(answer: Values) -> None:
    class Answering:
        def run(self, values: Values) -> Values:
            return answer

    with pytest.raises(ModelError, match="shape"):
        Occlusion(occlusion_bundle(), Answering()).covers(IMAGE, POINTS)


def test_the_largest_answers_stay_finite() -> None:
    sure = Occlusion(occlusion_bundle(), Constant(1e6, -1e6)).sureness(IMAGE, POINTS)
    assert (sure.mouth, sure.eyes) == pytest.approx((1.0, 0.0))


def test_each_answer_has_its_own_limit() -> None:
    limits = replace(occlusion_bundle(), min_mouth_score=0.9, min_eyes_score=0.3)
    for mouth, eyes, covers in (
        (0.0, 0.0, Covers(eyes=True)),
        (3.0, -3.0, Covers(mouth=True)),
        (3.0, 3.0, Covers(mouth=True, eyes=True)),
        (0.0, -3.0, Covers()),
    ):
        occlusion = Occlusion(limits, Constant(mouth, eyes))
        assert occlusion.covers(IMAGE, POINTS) == covers
        assert covers.anything == (covers != Covers())


def test_no_face_stays_in_what_the_network_was_given() -> None:
    network = CoverFinder()
    occlusion = Occlusion(occlusion_bundle(), network)
    occlusion.covers(IMAGE, POINTS)
    occlusion.forget()
    assert [values.any() for values in network.seen] == [False, False]
