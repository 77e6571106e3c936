"""The face check of one patient, from the card's photo to a decision.

Everything personal, frames, aligned faces, embeddings and what the networks remember of them, is
overwritten before `run` returns, whatever the outcome.
"""

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from device.face.comparison import ScoreBand, compare, mean_of
from device.face.decision import DecisionRule
from device.face.detector import Detector, Face
from device.face.embedder import Embedder, Embedding
from device.face.image import PhotoDecoder
from device.face.liveness.plan import LivenessPlan
from device.face.liveness.port import LivenessCheck, Prompt, Sight, Verdict
from device.face.occlusion import Covers, Occlusion
from device.face.photo import face_of_photo
from device.face.port import Camera, Frame, Image, Values
from device.face.quality import QualityHint, QualityLimits, judge
from device.face.wiping import WipedAfterwards

FOREVER_AGO_S = float("-inf")


class FaceCheckOutcome(Enum):
    """How a face check ends."""

    MATCH = "match"
    NO_MATCH = "no_match"
    NO_GOOD_PICTURE = "no_good_picture"
    """Time ran out; the last hint says what was wrong."""
    NOT_LIVE = "not_live"
    """What was seen cannot be a living face, or was not the same one all the time."""
    CHALLENGE_NOT_DONE = "challenge_not_done"
    """The patient did not blink or turn in time; nothing speaks against them."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class FaceCheckResult:
    """The end of a face check; holds nothing personal."""

    outcome: FaceCheckOutcome
    """How it ended."""
    last_hint: QualityHint
    """What was wrong with the last picture, or GOOD."""
    band: ScoreBand | None = None
    """How alike the faces were, if they were compared."""
    threshold_id: str = ""
    """Which threshold of the bundle decided, if they were compared."""


@dataclass(frozen=True, slots=True)
class FaceCheckPlan:
    """How a face check goes about its work."""

    limits: QualityLimits = field(default_factory=QualityLimits)
    """Which pictures are good enough."""
    good_pictures: int = 3
    """Pictures, one good one after the other, that are averaged into the probe."""
    min_gap_s: float = 0.1
    """Shortest time between two of them, so that they differ."""
    time_limit_s: float = 20.0
    """How long to wait for good pictures."""
    cover_patience_s: float = 8.0
    """How long somebody is asked to take off a mask or dark glasses; then they are compared as they
    are, who may not be able to, or wear none."""
    whole_limit_s: float = 50.0
    """Longest check: good pictures, a blink, a turn and one to the other side, 10 s each. The page
    stays for longer (`VisitPolicy.face_s`), or patients would hear that nobody saw their face."""
    limits_in_turn: QualityLimits = field(
        default_factory=lambda: QualityLimits(
            min_sureness=0.6, max_turn=0.6, nod_range=(0.15, 0.90), min_sharpness=0.0
        )
    )
    """Which pictures are good enough while the patient moves as asked."""
    same_probe: frozenset[ScoreBand] = frozenset({ScoreBand.CLEAR_MATCH, ScoreBand.MATCH})
    """How alike each good picture must be to each of the others, by the bundle's own rule: a mean
    of two people resembles both."""
    same_person: frozenset[ScoreBand] = frozenset(
        {ScoreBand.CLEAR_MATCH, ScoreBand.MATCH, ScoreBand.NEAR}
    )
    """How alike the turned face must be to each good picture and to their mean. Seconds apart in
    one light, one person is far more alike than to the card's photo, so a turn of 18° stays within
    the rule; NEAR allows for a longer nose."""
    most_changes: int = 2
    """How often the good pictures may show somebody else than before and are begun anew: a second
    person may have looked in. Once more, and the check ends."""
    furthest_step: float = 0.5
    """How far a face may move from one picture to the next, in its own sizes."""
    liveness: LivenessPlan = field(default_factory=LivenessPlan)
    """What the patient is asked to do."""


@dataclass(frozen=True, slots=True)
class FaceParts:
    """The loaded parts that a face check puts together."""

    decoder: PhotoDecoder
    """For the card's photo."""
    detector: Detector
    """Finds faces."""
    occlusion: Occlusion
    """Finds what covers a face."""
    embedder: Embedder
    """Turns a face into numbers."""
    rule: DecisionRule
    """When two faces match."""
    open_liveness: Callable[[LivenessPlan], LivenessCheck]
    """Makes the liveness check of one patient."""


@dataclass(frozen=True, slots=True)
class Onlookers:
    """Who follows a face check while it runs, from its own thread."""

    on_hint: Callable[[QualityHint | Prompt], None] = lambda hint: None
    """Called with the first hint and whenever it changes: what is wrong, or what to do."""
    on_preview: Callable[[Image], None] = lambda image: None
    """Called with every picture; it is wiped afterwards, so what is shown must be a copy."""
    is_cancelled: Callable[[], bool] = lambda: False
    """Asked before every picture."""


class FaceCheck:
    """Compares the person at the camera with the card's photo; for use by one thread."""

    def __init__(self, open_parts: Callable[[], FaceParts], plan: FaceCheckPlan) -> None:
        self._open_parts = open_parts
        self._plan = plan
        self._parts: FaceParts | None = None

    def prepare(self) -> None:
        """Loads the models and starts the photo's decoder, so that no patient waits for them.

        Raises:
            BundleError: if a bundle is incomplete.
            ModelError: if a model does not load.
        """
        self._opened().decoder.prepare()

    def close(self) -> None:
        """Ends the waiting decoder."""
        if self._parts is not None:
            self._parts.decoder.close()

    def run(
        self, photo: bytes, camera: Camera, now_s: Callable[[], float], onlookers: Onlookers
    ) -> FaceCheckResult:
        """Checks one patient.

        Args:
            photo: the card's photo, JPEG 2000.
            camera: an open camera.
            now_s: a monotonic clock.
            onlookers: who follows it and may cancel it.

        Returns:
            The outcome. Only MATCH verifies the patient.

        Raises:
            PhotoError: if the photo cannot be decoded or does not show one good face; nobody was
                looked at, and nothing is said about the patient.
            CameraError: if the camera gives no pictures.
            ModelError: if a model does not fit its bundle.
        """
        parts = self._opened()
        liveness = parts.open_liveness(self._plan.liveness)
        with ExitStack() as afterwards:
            # From the last to the first, and each of them even if another fails.
            afterwards.callback(parts.decoder.prepare)
            afterwards.callback(parts.embedder.forget)
            afterwards.callback(parts.occlusion.forget)
            afterwards.callback(parts.detector.forget)
            afterwards.callback(liveness.forget)
            wiped = afterwards.enter_context(WipedAfterwards())
            reference = _reference(parts, photo, wiped)
            uncovering = _Uncovering(parts.occlusion, self._plan.cover_patience_s)
            sitting = _Sitting(parts, self._plan, liveness, reference, wiped, uncovering)
            return sitting.follow(camera, now_s, onlookers)

    def _opened(self) -> FaceParts:
        if self._parts is None:
            self._parts = self._open_parts()
        return self._parts


def _reference(parts: FaceParts, photo: bytes, wiped: WipedAfterwards) -> Embedding:
    image = wiped.keep(parts.decoder.decode(photo))
    face = face_of_photo(image, parts.detector.faces(image))
    aligned = wiped.keep(parts.embedder.aligned(image, face.points))
    return wiped.keep(parts.embedder.embed(aligned))


@dataclass(slots=True)
class _Uncovering:
    """Asks one patient to take off mask or dark glasses, for some seconds."""

    occlusion: Occlusion
    patience_s: float
    seen: Covers = field(default_factory=Covers)
    """In the picture that was looked at last."""
    since_s: float | None = None

    def asked_off(self, frame: Frame, points: Values) -> Covers:
        """What the patient is to take off before anything else."""
        self.seen = self.occlusion.covers(frame.image, points)
        if self.seen.anything and self.since_s is None:
            self.since_s = frame.taken_at_s
        is_over = self.since_s is not None and frame.taken_at_s - self.since_s >= self.patience_s
        return Covers() if is_over else self.seen


@dataclass(slots=True)
class _Sitting:
    """One patient before the camera."""

    parts: FaceParts
    plan: FaceCheckPlan
    liveness: LivenessCheck
    reference: Embedding
    wiped: WipedAfterwards
    uncovering: _Uncovering
    probes: list[Embedding] = field(default_factory=list)
    hint: QualityHint = QualityHint.NO_FACE
    last_taken_s: float = FOREVER_AGO_S
    last_face: Face | None = None
    is_covered: bool = False
    """Something covers the face in one of the probes."""
    changes: int = 0

    def follow(
        self, camera: Camera, now_s: Callable[[], float], onlookers: Onlookers
    ) -> FaceCheckResult:
        """Takes pictures until the patient is known or the time is up."""
        begun_s = now_s()
        told: QualityHint | Prompt | None = None
        while (verdict := self.liveness.verdict()) is Verdict.UNDECIDED:
            if onlookers.is_cancelled():
                return FaceCheckResult(FaceCheckOutcome.CANCELLED, self.hint)
            if self.changes > self.plan.most_changes:
                return FaceCheckResult(FaceCheckOutcome.NOT_LIVE, self.hint)
            took_s = now_s() - begun_s
            if took_s >= self.plan.time_limit_s and not self._has_probe:
                return FaceCheckResult(FaceCheckOutcome.NO_GOOD_PICTURE, self.hint)
            if took_s >= self.plan.whole_limit_s:
                return FaceCheckResult(FaceCheckOutcome.CHALLENGE_NOT_DONE, self.hint)
            with WipedAfterwards() as passing:
                frame = camera.read()
                passing.keep(frame.image)
                onlookers.on_preview(frame.image)
                self._look(frame, passing)
            hint = self._to_be_told()
            if hint is not told:
                onlookers.on_hint(hint)
                told = hint
        return self._decide(verdict)

    @property
    def _has_probe(self) -> bool:
        return len(self.probes) >= self.plan.good_pictures

    def _to_be_told(self) -> QualityHint | Prompt:
        """What is wrong comes before what to do."""
        if not self._has_probe:
            return self.hint
        return self.liveness.prompt() or QualityHint.GOOD

    def _look(self, frame: Frame, passing: WipedAfterwards) -> None:
        """Judges one picture, shows it to the liveness check and keeps its embedding if needed.

        All that counts comes from one unbroken run of pictures: a lucky moment of a turned head, or
        one person stepping in for another, starts it anew.
        """
        faces = self.parts.detector.faces(frame.image)
        covers_of = partial(self.uncovering.asked_off, frame)
        self.hint = judge(frame.image, faces, self.plan.limits, covers_of)
        is_good = self.hint is QualityHint.GOOD
        if self._has_probe and not is_good:
            self.hint = judge(frame.image, faces, self.plan.limits_in_turn)
        if self.hint is not QualityHint.GOOD or self._has_jumped(faces[0]):
            self._start_anew()
            return
        self.last_face = faces[0]
        self.liveness.observe(self._sight(frame, faces[0], passing, is_good=is_good))
        if not self._has_probe:
            self._add_probe(frame, faces[0], passing)

    def _start_anew(self) -> None:
        self.probes.clear()
        self.is_covered = False
        self.liveness.forget()
        self.last_face = None

    def _has_jumped(self, face: Face) -> bool:
        if self.last_face is None:
            return False
        step_px = math.dist(face.centre_px, self.last_face.centre_px)
        return step_px > self.plan.furthest_step * self.last_face.size_px

    def _sight(self, frame: Frame, face: Face, passing: WipedAfterwards, *, is_good: bool) -> Sight:
        def is_same_person() -> bool:
            turned = passing.keep(self._embedding(frame, face, passing))
            mean = passing.keep(mean_of(self.probes))
            is_like_mean = compare(mean, turned, self.parts.rule).band in self.plan.same_person
            return is_like_mean and self._is_like_each_probe(turned, self.plan.same_person)

        return Sight(frame.image, face.points, frame.taken_at_s, is_good, is_same_person)

    def _add_probe(self, frame: Frame, face: Face, passing: WipedAfterwards) -> None:
        if frame.taken_at_s - self.last_taken_s < self.plan.min_gap_s:
            return
        self.last_taken_s = frame.taken_at_s
        probe = self.wiped.keep(self._embedding(frame, face, passing))
        if not self._is_like_each_probe(probe, self.plan.same_probe):
            self.changes += 1
            self._start_anew()
            return
        self.is_covered |= self.uncovering.seen.anything
        self.probes.append(probe)
        if self._has_probe:
            self.liveness.begin(frame.taken_at_s)

    def _is_like_each_probe(self, face: Embedding, bands: frozenset[ScoreBand]) -> bool:
        return all(compare(probe, face, self.parts.rule).band in bands for probe in self.probes)

    def _embedding(self, frame: Frame, face: Face, passing: WipedAfterwards) -> Embedding:
        aligned = passing.keep(self.parts.embedder.aligned(frame.image, face.points))
        return self.parts.embedder.embed(aligned)

    def _decide(self, verdict: Verdict) -> FaceCheckResult:
        """Liveness comes first, so that a picture is never told how alike it is."""
        if verdict is not Verdict.LIVE:
            return FaceCheckResult(_NOT_LIVE[verdict], self.hint)
        probe = self.wiped.keep(mean_of(self.probes))
        score = compare(self.reference, probe, self.parts.rule)
        if self.is_covered and not score.is_match:
            # Too little was seen of the face to say that it is another one.
            return FaceCheckResult(FaceCheckOutcome.NO_GOOD_PICTURE, QualityHint.SHOW_FACE)
        outcome = FaceCheckOutcome.MATCH if score.is_match else FaceCheckOutcome.NO_MATCH
        return FaceCheckResult(outcome, self.hint, score.band, self.parts.rule.threshold_id)


_NOT_LIVE = {
    Verdict.LIKE_A_PICTURE: FaceCheckOutcome.NOT_LIVE,
    Verdict.NOT_DONE: FaceCheckOutcome.CHALLENGE_NOT_DONE,
}
