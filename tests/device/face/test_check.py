import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from device.face.check import (
    FaceCheck,
    FaceCheckOutcome,
    FaceCheckPlan,
    FaceCheckResult,
    Onlookers,
)
from device.face.comparison import ScoreBand
from device.face.embedder import Embedder, Embedding
from device.face.errors import CameraError, ModelError, PhotoError
from device.face.liveness.port import Prompt, Sight, Verdict
from device.face.port import Image, Values
from device.face.quality import QualityHint
from device.face.wiping import WipedAfterwards
from device.visit.policy import VisitPolicy
from tests.device.face.paper_people import BLUE, RED, ScriptedCamera, Studio, photo, picture

PORTRAIT = photo(picture((RED, 60, 80, 130), size=(320, 240)))
FRAMES = [picture((RED, 90, 60, 110), seed=seed) for seed in range(1, 9)]
OTHERS = [picture((BLUE, 90, 60, 110), seed=seed) for seed in range(1, 9)]
EMPTY = picture()


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
def check(studio: Studio) -> Iterator[FaceCheck]:
    opened = studio.check()
    yield opened
    opened.close()


def _run(
    check: FaceCheck,
    camera: ScriptedCamera,
    reference: bytes = PORTRAIT,
    onlookers: Onlookers | None = None,
) -> FaceCheckResult:
    return check.run(reference, camera, lambda: camera.now_s, onlookers or Onlookers())


def test_the_person_of_the_photo_matches(check: FaceCheck) -> None:
    result = _run(check, ScriptedCamera(FRAMES))
    assert result.outcome is FaceCheckOutcome.MATCH
    assert result.band is ScoreBand.CLEAR_MATCH
    assert result.last_hint is QualityHint.GOOD


def test_another_person_does_not_match(check: FaceCheck) -> None:
    others = [picture((BLUE, 90, 60, 110), seed=seed) for seed in range(1, 9)]
    result = _run(check, ScriptedCamera(others))
    assert result.outcome is FaceCheckOutcome.NO_MATCH
    assert result.band is ScoreBand.NO_MATCH


def test_one_still_picture_is_not_live_and_is_not_compared(check: FaceCheck) -> None:
    result = _run(check, ScriptedCamera([FRAMES[0]]))
    assert result.outcome is FaceCheckOutcome.NOT_LIVE
    assert result.band is None


def test_nobody_there_ends_with_the_time_and_its_reason(check: FaceCheck) -> None:
    camera = ScriptedCamera([EMPTY])
    result = _run(check, camera)
    assert result == FaceCheckResult(FaceCheckOutcome.NO_GOOD_PICTURE, QualityHint.NO_FACE)
    assert camera.now_s == pytest.approx(100 + FaceCheckPlan().time_limit_s, abs=0.3)


def test_a_probe_is_one_unbroken_run_of_good_pictures(check: FaceCheck) -> None:
    """Somebody else is in the picture for a moment, again and again, but never long enough."""
    other = picture((BLUE, 90, 60, 110))
    moments = [other, EMPTY, other, EMPTY, other, EMPTY, other, EMPTY]
    result = _run(check, ScriptedCamera([*moments, *FRAMES]))
    assert result.outcome is FaceCheckOutcome.MATCH


def test_somebody_else_among_the_good_pictures_starts_them_anew(
    studio: Studio, check: FaceCheck
) -> None:
    liveness = _scripted(studio, Verdict.LIVE)
    camera = ScriptedCamera([*FRAMES[:2], OTHERS[0], *FRAMES])
    assert _run(check, camera).outcome is FaceCheckOutcome.MATCH
    assert liveness.times_forgotten == 2
    assert len(camera.given) == 3 + 3 + 2


def test_where_only_their_mean_is_compared_it_would_be_one_of_them(
    studio: Studio, check: FaceCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr("device.face.check._Sitting._is_like_each_probe", lambda *_: True)
    liveness = _scripted(studio, Verdict.LIVE)
    _run(check, ScriptedCamera([*FRAMES[:2], OTHERS[0], *FRAMES]))
    assert liveness.times_forgotten == 1


def test_who_changes_again_and_again_is_refused_at_the_third_time(check: FaceCheck) -> None:
    camera = ScriptedCamera([FRAMES[0], OTHERS[0]] * 9)
    result = _run(check, camera)
    assert result.outcome is FaceCheckOutcome.NOT_LIVE
    assert result.band is None
    assert len(camera.given) == 6


def test_without_that_bound_they_may_try_until_the_time_is_up(studio: Studio) -> None:
    """The control."""
    studio.plan = replace(studio.plan, most_changes=999)
    check = studio.check()
    camera = ScriptedCamera([FRAMES[0], OTHERS[0]] * 99)
    assert _run(check, camera).outcome is FaceCheckOutcome.NO_GOOD_PICTURE
    check.close()
    assert len(camera.given) > 50


def test_a_turned_face_must_be_like_each_good_picture(
    studio: Studio, check: FaceCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is like their mean is not enough."""
    monkeypatch.setattr("device.face.check.mean_of", lambda probes: replace(probes[0]))
    studio.plan = replace(studio.plan, same_probe=frozenset(ScoreBand))
    liveness = _scripted(studio, Verdict.LIKE_A_PICTURE, pictures=1)
    check = studio.check()
    _run(check, ScriptedCamera([FRAMES[0], OTHERS[0], *FRAMES]))
    check.close()
    assert liveness.same_person == [False]


def test_the_hints_tell_what_changes(check: FaceCheck) -> None:
    far = picture((RED, 140, 100, 36))
    two = picture((RED, 20, 60, 110), (BLUE, 190, 60, 110))
    hints: list[QualityHint | Prompt] = []
    onlookers = Onlookers(on_hint=hints.append)
    _run(check, ScriptedCamera([EMPTY, far, far, two, *FRAMES]), onlookers=onlookers)
    assert hints == [
        QualityHint.NO_FACE,
        QualityHint.COME_CLOSER,
        QualityHint.SEVERAL_FACES,
        QualityHint.GOOD,
    ]


ALWAYS = 10_000
COVERS = pytest.mark.parametrize(
    ("worn", "hint"),
    [("masked_looks", QualityHint.TAKE_OFF_MASK), ("dark_looks", QualityHint.SHOW_FACE)],
    ids=["mask", "dark glasses"],
)


@COVERS
def test_who_takes_it_off_is_compared_at_once(
    studio: Studio, check: FaceCheck, worn: str, hint: QualityHint
) -> None:
    setattr(studio.occlusion, worn, 5)
    hints: list[QualityHint | Prompt] = []
    camera = ScriptedCamera(FRAMES)
    result = _run(check, camera, onlookers=Onlookers(on_hint=hints.append))
    assert result.outcome is FaceCheckOutcome.MATCH
    assert hints == [hint, QualityHint.GOOD]
    assert len(camera.given) == 5 + FaceCheckPlan().good_pictures


@COVERS
def test_who_cannot_take_it_off_is_compared_with_it_after_a_while(
    studio: Studio, check: FaceCheck, worn: str, hint: QualityHint
) -> None:
    setattr(studio.occlusion, worn, ALWAYS)
    hints: list[QualityHint | Prompt] = []
    camera = ScriptedCamera([picture((RED, 90, 60, 110), seed=seed) for seed in range(1, 80)])
    result = _run(check, camera, onlookers=Onlookers(on_hint=hints.append))
    assert result.outcome is FaceCheckOutcome.MATCH
    assert hints == [hint, QualityHint.GOOD]
    assert camera.now_s - 100 == pytest.approx(FaceCheckPlan().cover_patience_s, abs=1.0)


@pytest.mark.parametrize(
    ("worn", "outcome", "hint"),
    [
        ({"masked_looks": ALWAYS}, FaceCheckOutcome.NO_GOOD_PICTURE, QualityHint.SHOW_FACE),
        ({"dark_looks": ALWAYS}, FaceCheckOutcome.NO_GOOD_PICTURE, QualityHint.SHOW_FACE),
        ({}, FaceCheckOutcome.NO_MATCH, QualityHint.GOOD),
    ],
    ids=["mask", "dark glasses", "bare"],
)
def test_covers_let_nobody_in_and_accuse_nobody(
    studio: Studio,
    check: FaceCheck,
    worn: dict[str, int],
    outcome: FaceCheckOutcome,
    hint: QualityHint,
) -> None:
    """Who is compared with a mask on and is not recognised is not called somebody else."""
    for name, looks in worn.items():
        setattr(studio.occlusion, name, looks)
    others = [picture((BLUE, 90, 60, 110), seed=seed) for seed in range(1, 80)]
    result = _run(check, ScriptedCamera(others))
    assert (result.outcome, result.last_hint) == (outcome, hint)


def test_good_pictures_that_follow_too_soon_are_passed_over(studio: Studio) -> None:
    studio.plan = replace(studio.plan, min_gap_s=0.5)
    check = studio.check()
    camera = ScriptedCamera(FRAMES)
    assert _run(check, camera).outcome is FaceCheckOutcome.MATCH
    check.close()
    assert len(camera.given) == 7


def test_the_preview_sees_every_picture_before_it_is_wiped(check: FaceCheck) -> None:
    shown: list[int] = []
    camera = ScriptedCamera(FRAMES)
    _run(check, camera, onlookers=Onlookers(on_preview=lambda image: shown.append(image.max())))
    assert len(shown) == len(camera.given) == 3
    assert min(shown) > 0


def test_a_cancelled_check_stops_before_the_next_picture(check: FaceCheck) -> None:
    camera = ScriptedCamera([EMPTY])
    onlookers = Onlookers(is_cancelled=lambda: len(camera.given) == 2)
    result = _run(check, camera, onlookers=onlookers)
    assert result.outcome is FaceCheckOutcome.CANCELLED
    assert len(camera.given) == 2


def test_a_photo_without_a_face_is_an_error(check: FaceCheck) -> None:
    with pytest.raises(PhotoError, match="no_face"):
        _run(check, ScriptedCamera(FRAMES), reference=photo(EMPTY))


def _with_a_band() -> bytes:
    image = picture((RED, 60, 80, 130), size=(320, 240))
    image[125:170, 60:190] = 0
    return photo(image)


def test_a_damaged_photo_is_an_error_before_anybody_is_looked_at(check: FaceCheck) -> None:
    camera = ScriptedCamera(FRAMES)
    with pytest.raises(PhotoError, match="missing"):
        _run(check, camera, reference=_with_a_band())
    assert camera.given == []


def test_without_its_gate_a_damaged_photo_would_be_held_against_the_patient(
    check: FaceCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.face.check.face_of_photo", lambda image, faces: faces[0])
    result = _run(check, ScriptedCamera(FRAMES), reference=_with_a_band())
    assert result.outcome is FaceCheckOutcome.NO_MATCH


def test_an_unplugged_camera_is_an_error(check: FaceCheck) -> None:
    with pytest.raises(CameraError):
        _run(check, ScriptedCamera([]))


def test_one_check_serves_patient_after_patient(check: FaceCheck) -> None:
    check.prepare()
    others = [picture((BLUE, 90, 60, 110), seed=seed) for seed in range(1, 9)]
    assert _run(check, ScriptedCamera(FRAMES)).outcome is FaceCheckOutcome.MATCH
    assert _run(check, ScriptedCamera(others)).outcome is FaceCheckOutcome.NO_MATCH
    assert _run(check, ScriptedCamera(FRAMES)).outcome is FaceCheckOutcome.MATCH


class Witness:
    """Notes every array that carries a face or an embedding during a check."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.arrays: list[NDArray[np.generic]] = []
        self._follow(monkeypatch, "aligned", lambda chip: [chip])
        self._follow(monkeypatch, "embed", lambda embedding: [embedding.values])

    def _follow(
        self,
        monkeypatch: pytest.MonkeyPatch,
        method: str,
        arrays_of: Callable[..., list[NDArray[np.generic]]],
    ) -> None:
        original = getattr(Embedder, method)

        def noted(self_: Embedder, *given: Image) -> Image | Embedding:
            made: Image | Embedding = original(self_, *given)
            self.arrays.extend(arrays_of(made))
            return made

        monkeypatch.setattr(Embedder, method, noted)

    def left_over(self, studio: Studio, camera: ScriptedCamera) -> int:
        """How many of them still hold something."""
        networks = (studio.detector, studio.occlusion, studio.embedder)
        given = [values for network in networks for values in network.seen]
        seen = [*self.arrays, *camera.given, *given]
        assert len(self.arrays) >= 2
        return sum(bool(array.any()) for array in seen)


@pytest.mark.parametrize("frames", [FRAMES, [FRAMES[0]], FRAMES[:2]])
def test_nothing_personal_is_left(
    studio: Studio, check: FaceCheck, frames: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    witness, camera = Witness(monkeypatch), ScriptedCamera(frames)
    _run(check, camera)
    assert witness.left_over(studio, camera) == 0


def test_nothing_personal_is_left_after_a_failure(
    studio: Studio, check: FaceCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness, camera = Witness(monkeypatch), ScriptedCamera(FRAMES)

    def fails_late(image: Image) -> None:
        if len(camera.given) == 3:
            raise CameraError("pulled out")

    with pytest.raises(CameraError):
        _run(check, camera, onlookers=Onlookers(on_preview=fails_late))
    assert witness.left_over(studio, camera) == 0


@pytest.mark.parametrize("ending", ["cancelled", "no face", "somebody else"])
def test_nothing_personal_is_left_whatever_the_end(
    studio: Studio, check: FaceCheck, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [picture((BLUE, 90, 60, 110), seed=seed) for seed in range(1, 9)]
    frames = {"cancelled": FRAMES, "no face": [*FRAMES[:2], EMPTY], "somebody else": others}
    witness, camera = Witness(monkeypatch), ScriptedCamera(frames[ending])
    is_late = Onlookers(is_cancelled=lambda: ending == "cancelled" and len(camera.given) == 2)
    assert _run(check, camera, onlookers=is_late).outcome is not FaceCheckOutcome.MATCH
    assert witness.left_over(studio, camera) == 0


@pytest.mark.parametrize("kind", [ModelError, MemoryError, KeyboardInterrupt])
@pytest.mark.parametrize("network", ["detector", "occlusion", "embedder"])
def test_nothing_personal_is_left_when_a_network_fails(
    studio: Studio,
    check: FaceCheck,
    network: str,
    kind: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the middle of the check, and when it is to forget as well."""
    witness, camera = Witness(monkeypatch), ScriptedCamera(FRAMES)
    failing = getattr(studio, network)
    run = failing.run

    def run_until_third(values: Values) -> Values:
        answer: Values = run(values)
        if len(failing.seen) >= 4:
            raise kind
        return answer

    monkeypatch.setattr(failing, "run", run_until_third)
    with pytest.raises(kind):
        _run(check, camera)
    assert witness.left_over(studio, camera) == 0
    for each in (studio.detector, studio.occlusion, studio.embedder):
        assert not each.seen[-1].any(), "the last picture that a network saw is an empty one"


def test_a_check_that_does_not_wipe_would_be_noticed(
    studio: Studio, check: FaceCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WipedAfterwards, "__exit__", lambda *_: None)
    witness, camera = Witness(monkeypatch), ScriptedCamera(FRAMES)
    _run(check, camera)
    assert witness.left_over(studio, camera) >= 3 + 4 + 4


class ScriptedLiveness:
    """A liveness check that asks for a turn and then says what it is told to."""

    def __init__(self, end: Verdict, pictures: int) -> None:
        self._end, self._pictures = end, pictures
        self.same_person: list[bool] = []
        self.times_begun = self.times_forgotten = 0
        self.is_begun = False

    def observe(self, sight: Sight) -> None:
        if self.is_begun:
            self.same_person.append(sight.is_same_person())

    def begin(self, at_s: float) -> None:
        self.times_begun += 1
        self.is_begun = True

    def prompt(self) -> Prompt | None:
        return Prompt.TURN_LEFT

    def verdict(self) -> Verdict:
        return self._end if len(self.same_person) >= self._pictures else Verdict.UNDECIDED

    def forget(self) -> None:
        self.times_forgotten += 1
        self.is_begun = False


def _scripted(studio: Studio, end: Verdict, pictures: int = 2) -> ScriptedLiveness:
    liveness = ScriptedLiveness(end, pictures)
    studio.open_liveness = lambda plan: liveness
    return liveness


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (Verdict.LIVE, FaceCheckOutcome.MATCH),
        (Verdict.LIKE_A_PICTURE, FaceCheckOutcome.NOT_LIVE),
        (Verdict.NOT_DONE, FaceCheckOutcome.CHALLENGE_NOT_DONE),
    ],
)
def test_only_the_living_are_compared(
    studio: Studio, check: FaceCheck, verdict: Verdict, outcome: FaceCheckOutcome
) -> None:
    _scripted(studio, verdict)
    result = _run(check, ScriptedCamera(FRAMES))
    assert result.outcome is outcome
    assert (result.band is not None) == (verdict is Verdict.LIVE)


def test_a_face_that_was_seen_and_never_done_with_ends_before_its_page_does(
    studio: Studio, check: FaceCheck
) -> None:
    _scripted(studio, Verdict.LIVE, pictures=9999)
    camera = ScriptedCamera(FRAMES)
    result = _run(check, camera)
    assert result.outcome is FaceCheckOutcome.CHALLENGE_NOT_DONE
    assert camera.now_s == pytest.approx(100 + studio.plan.whole_limit_s, abs=0.3)
    assert studio.plan.whole_limit_s + 10 <= VisitPolicy().face_s


def test_without_that_limit_the_page_would_say_that_no_face_was_seen(studio: Studio) -> None:
    """The control."""
    studio.plan = replace(studio.plan, whole_limit_s=math.inf)
    _scripted(studio, Verdict.LIVE, pictures=9999)
    camera = ScriptedCamera(FRAMES)
    is_over = Onlookers(is_cancelled=lambda: camera.now_s > 100 + VisitPolicy().face_s)
    check = studio.check()
    assert _run(check, camera, onlookers=is_over).outcome is FaceCheckOutcome.CANCELLED
    check.close()


def test_the_limits_of_what_is_asked_fit_into_the_whole() -> None:
    plan = FaceCheckPlan()
    pictures_blink_and_both_sides_s = plan.time_limit_s + 3 * plan.liveness.time_limit_s
    assert pictures_blink_and_both_sides_s <= plan.whole_limit_s


def test_what_is_asked_is_told_once_the_pictures_are_taken(
    studio: Studio, check: FaceCheck
) -> None:
    _scripted(studio, Verdict.LIVE)
    hints: list[QualityHint | Prompt] = []
    _run(check, ScriptedCamera(FRAMES), onlookers=Onlookers(on_hint=hints.append))
    assert hints == [QualityHint.GOOD, Prompt.TURN_LEFT]


def test_another_face_after_the_good_pictures_is_not_the_same_person(
    studio: Studio, check: FaceCheck
) -> None:
    liveness = _scripted(studio, Verdict.LIKE_A_PICTURE, pictures=4)
    others = [picture((BLUE, 90, 60, 110), seed=seed) for seed in range(1, 3)]
    _run(check, ScriptedCamera([*FRAMES[:5], *others]))
    assert liveness.same_person == [True, True, False, False]


@pytest.mark.parametrize(
    "interruption",
    [
        EMPTY,
        picture((RED, 20, 60, 110), (BLUE, 190, 60, 110)),
        picture((RED, 190, 60, 110)),
    ],
)
def test_a_face_that_was_lost_or_jumped_starts_everything_anew(
    studio: Studio, check: FaceCheck, interruption: Image
) -> None:
    liveness = _scripted(studio, Verdict.LIVE)
    camera = ScriptedCamera([*FRAMES[:4], interruption, *FRAMES])
    assert _run(check, camera).outcome is FaceCheckOutcome.MATCH
    assert liveness.times_begun == 2


def test_a_turned_face_is_no_reason_to_start_anew(
    studio: Studio, check: FaceCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    liveness = _scripted(studio, Verdict.LIVE)
    monkeypatch.setattr(
        "device.face.check.judge",
        lambda image, faces, limits, *_: (
            QualityHint.LOOK_STRAIGHT
            if limits is studio.plan.limits and liveness.times_begun
            else QualityHint.GOOD
        ),
    )
    assert _run(check, ScriptedCamera(FRAMES)).outcome is FaceCheckOutcome.MATCH
    assert liveness.times_begun == 1


def test_nothing_personal_is_left_after_a_turn(
    studio: Studio, check: FaceCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    _scripted(studio, Verdict.LIVE)
    witness, camera = Witness(monkeypatch), ScriptedCamera(FRAMES)
    _run(check, camera)
    assert len(witness.arrays) == 2 * (1 + 3 + 2)
    assert witness.left_over(studio, camera) == 0
