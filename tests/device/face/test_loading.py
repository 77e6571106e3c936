"""The whole face check with the delivered models, on people who do not exist.

Rendered people resemble themselves more than photographs do, so these tests are about the flow and
about who is more alike, never about error rates.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from device.face.bundle import read_detector, read_embedder, read_occlusion
from device.face.check import FaceCheck, FaceCheckOutcome, FaceCheckPlan, FaceCheckResult, Onlookers
from device.face.decision import Condition, DecisionRule, Metric, Space
from device.face.errors import ModelError
from device.face.interpreter import Settings
from device.face.liveness.port import Prompt
from device.face.loading import MODELS_FOLDER, load_face_check
from device.face.port import Frame, Image, Model
from device.face.quality import QualityHint
from device.face.runtimes import auto

PEOPLE_FOLDER = Path(__file__).parents[2] / "hw_sim" / "people"
PEOPLE = ("taro", "hanako", "jiro", "umeko")


class PictureCamera:
    """Shows a folder's pictures, one each 0.1 s of its own time; the living turn when asked."""

    def __init__(self, folder: Path) -> None:
        self._home = self._shown = folder
        self._count = 0
        self.now_s = 0.0

    def hear(self, hint: QualityHint | Prompt) -> None:
        asked = self._home.with_name(hint.value)
        before = self._shown
        self._shown = asked if self._home.name == "live" and asked.is_dir() else self._home
        if self._shown != before:
            self._count = 0

    def read(self) -> Frame:
        paths = sorted(self._shown.glob("*.jpg"))
        with PillowImage.open(paths[self._count % len(paths)]) as picture:
            image = np.array(picture.convert("RGB"), np.uint8)
        self._count += 1
        self.now_s += 0.1
        return Frame(image, self.now_s)

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(scope="module")
def check() -> Iterator[FaceCheck]:
    plan = FaceCheckPlan(time_limit_s=2.0)
    embedder = read_embedder(MODELS_FOLDER / "resnet29")
    detector = read_detector(MODELS_FOLDER / "detector")
    occlusion = read_occlusion(MODELS_FOLDER / "occlusion")
    opened = load_face_check(auto.create(Settings()), embedder, detector, occlusion, plan)
    yield opened
    opened.close()


def _run(check: FaceCheck, reference: str, folder: str) -> FaceCheckResult:
    photo = (PEOPLE_FOLDER / reference / "portrait.jp2").read_bytes()
    camera = PictureCamera(PEOPLE_FOLDER / folder)
    return check.run(photo, camera, lambda: camera.now_s, Onlookers(on_hint=camera.hear))


@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_is_recognised_and_nobody_else(check: FaceCheck, person: str) -> None:
    outcomes = {other: _run(check, person, f"{other}/live").outcome for other in PEOPLE}
    assert outcomes == {
        other: FaceCheckOutcome.MATCH if other == person else FaceCheckOutcome.NO_MATCH
        for other in PEOPLE
    }


def test_a_lax_threshold_would_let_a_stranger_in(check: FaceCheck) -> None:
    strict = check._opened()
    anyone = Condition(Space.NETWORK, Metric.EUCLIDEAN, 1.5)
    parts = replace(strict, rule=DecisionRule((anyone,)))
    lax = FaceCheck(lambda: parts, FaceCheckPlan(time_limit_s=2.0))
    assert _run(check, "taro", "hanako/live").outcome is FaceCheckOutcome.NO_MATCH
    assert _run(lax, "taro", "hanako/live").outcome is FaceCheckOutcome.MATCH


@pytest.mark.parametrize(
    ("folder", "hints"),
    [
        ("away", {QualityHint.LOOK_STRAIGHT, QualityHint.SHOW_FACE, QualityHint.NO_FACE}),
        ("dark", {QualityHint.TOO_DARK}),
    ],
)
@pytest.mark.parametrize("person", PEOPLE)
def test_a_bad_picture_is_never_compared(
    check: FaceCheck, person: str, folder: str, hints: set[QualityHint]
) -> None:
    result = _run(check, person, f"{person}/{folder}")
    assert result.outcome is FaceCheckOutcome.NO_GOOD_PICTURE
    assert result.last_hint in hints


def test_the_same_person_is_more_alike_than_any_other(check: FaceCheck) -> None:
    parts = check._opened()

    def embedding(image: Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        face = parts.detector.faces(image)[0]
        return parts.embedder.embed(parts.embedder.aligned(image, face.points)).values

    references = {
        p: embedding(parts.decoder.decode((PEOPLE_FOLDER / p / "portrait.jp2").read_bytes()))
        for p in PEOPLE
    }
    for person in PEOPLE:
        camera = PictureCamera(PEOPLE_FOLDER / person / "live")
        for _ in range(4):
            probe = embedding(camera.read().image)
            distances = {p: float(np.linalg.norm(probe - r)) for p, r in references.items()}
            assert min(distances, key=distances.__getitem__) == person


def test_the_reference_embedder_is_calibrated_and_guarded() -> None:
    bundle = read_embedder(MODELS_FOLDER / "resnet29")
    guard, decisive = bundle.rule.conditions
    assert (guard.space, guard.metric) == (Space.NETWORK, Metric.EUCLIDEAN)
    assert guard.threshold < 0.6, "dlib's own threshold lets half of all East-Asian people in"
    assert (decisive.space, decisive.metric) == (Space.CALIBRATED, Metric.COSINE)
    (in_use,) = (t for t in bundle.thresholds if t.id == bundle.rule.threshold_id)
    assert in_use.fmr <= 1e-4


class CountingEngine:
    """Loads as the real one does."""

    def __init__(self) -> None:
        self.loaded = 0
        self._engine = auto.create(Settings())

    def load(self, content: bytes) -> Model:
        self.loaded += 1
        return self._engine.load(content)


@pytest.mark.parametrize("is_prepared", [True, False], ids=["prepared", "negative control"])
def test_a_prepared_check_has_nothing_left_to_load(is_prepared: bool) -> None:
    engine = CountingEngine()
    embedder = read_embedder(MODELS_FOLDER / "resnet29")
    detector = read_detector(MODELS_FOLDER / "detector")
    check = load_face_check(engine, embedder, detector, read_occlusion(MODELS_FOLDER / "occlusion"))
    if is_prepared:
        check.prepare()
    loaded = engine.loaded
    _run(check, "hanako", "hanako/live")
    check.close()
    assert (engine.loaded == loaded) is is_prepared


def test_models_enter_the_engine_at_their_first_use_only() -> None:
    class NoEngine:
        def load(self, content: bytes) -> Model:
            raise ModelError("asked for")

    embedder = read_embedder(MODELS_FOLDER / "resnet29")
    detector = read_detector(MODELS_FOLDER / "detector")
    occlusion = read_occlusion(MODELS_FOLDER / "occlusion")
    check = load_face_check(NoEngine(), embedder, detector, occlusion)
    with pytest.raises(ModelError):
        check.prepare()
    check.close()
