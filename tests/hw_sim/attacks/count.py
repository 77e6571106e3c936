"""Plays presentations through the real face check and counts how they end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random

from device.face.bundle import read_detector, read_embedder, read_occlusion
from device.face.check import FaceCheck, FaceCheckOutcome, FaceCheckPlan, FaceCheckResult, Onlookers
from device.face.interpreter import Settings
from device.face.liveness.challenges import BlinkAndTurn
from device.face.liveness.plan import LivenessPlan
from device.face.loading import MODELS_FOLDER, load_face_check
from device.face.runtimes import auto
from tests.hw_sim.attacks import (
    cut_out_mask,
    id_print,
    living,
    printed_photo,
    screen_replay,
    spliced,
)
from tests.hw_sim.attacks.clips import NAMES
from tests.hw_sim.attacks.presentation import Case, Stage
from tests.hw_sim.camera_patient import PEOPLE

PLAN = FaceCheckPlan(liveness=LivenessPlan(time_limit_s=4.0))
"""The product's own, except that a presentation has less time, so that playing all ends today."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How the presentations of one species ended."""

    species: str
    outcomes: Counter[FaceCheckOutcome]
    seconds: tuple[float, ...]
    """How long each took, on the presentation's own clock."""

    @property
    def played(self) -> int:
        """How many there were."""
        return self.outcomes.total()

    @property
    def accepted(self) -> int:
        """How many ended as a match with the card."""
        return self.outcomes[FaceCheckOutcome.MATCH]


def everything(people: Sequence[str] = NAMES) -> Iterator[Case]:
    """Every presentation there is, species after species."""
    yield from living.cases(people)
    yield from printed_photo.cases(people)
    yield from id_print.cases(people)
    yield from screen_replay.cases(people)
    yield from screen_replay.operated_cases(people)
    yield from cut_out_mask.cases(people)
    yield from spliced.cases(people)
    yield from spliced.on_screen_cases(people)


@contextmanager
def open_check(plan: FaceCheckPlan = PLAN, seed: int = 1) -> Iterator[FaceCheck]:
    """The product's face check with the delivered models; what it draws comes from a seed."""
    embedder = read_embedder(MODELS_FOLDER / "resnet29")
    detector = read_detector(MODELS_FOLDER / "detector")
    draw = Random(seed)
    occlusion = read_occlusion(MODELS_FOLDER / "occlusion")
    runtime = auto.create(Settings())
    delivered = load_face_check(runtime, embedder, detector, occlusion)._opened()
    parts = replace(delivered, open_liveness=lambda limits: BlinkAndTurn(limits, draw))
    check = FaceCheck(lambda: parts, plan)
    try:
        yield check
    finally:
        check.close()


def without_challenges(plan: FaceCheckPlan = PLAN) -> FaceCheckPlan:
    """The design that asks nobody for anything: a control that attacks must get past."""
    return replace(plan, liveness=replace(plan.liveness, is_active=False))


def play(check: FaceCheck, case: Case) -> tuple[FaceCheckResult, float]:
    """Plays one presentation; the result, and how long it took on its own clock."""
    stage = Stage(case.presentation)
    photo = (PEOPLE / case.victim / "portrait.jp2").read_bytes()
    onlookers = Onlookers(on_hint=lambda hint: stage.hear(hint.value))
    return check.run(photo, stage, lambda: stage.now_s, onlookers), stage.now_s


def tallies(check: FaceCheck, cases: Iterable[Case]) -> list[Tally]:
    """Plays all and counts them by species."""
    ended: dict[str, list[tuple[FaceCheckResult, float]]] = {}
    for case in cases:
        ended.setdefault(case.species, []).append(play(check, case))
    return [
        Tally(species, Counter(result.outcome for result, _ in ends), tuple(s for _, s in ends))
        for species, ends in ended.items()
    ]
