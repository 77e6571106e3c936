"""What a turn makes of the reliefs that its pictures show, one after the other."""

from collections.abc import Iterable

import numpy as np
import pytest

from device.face.liveness import turn
from device.face.liveness.plan import LivenessPlan
from device.face.liveness.port import Prompt, Sight
from device.face.liveness.relief import Relief
from device.face.liveness.turn import Turn, TurnStage
from device.face.port import Image, Values

PLAN = LivenessPlan()
POINTS = np.array([(0, 0), (60, 0), (30, 40), (12, 60), (48, 60)], np.float32)
VIEW = np.zeros((128, 128), np.uint8)
ON_THE_WAY = (0.0, 0.02, 0.05, 0.08, 0.1, 0.1)
AT_ONCE = (0.0, 0.0, 0.08, 0.06, 0.09, 0.07, 0.1, 0.09)
"""A slide whose relief is as uneven as that of a face mask."""


def _stage(
    monkeypatch: pytest.MonkeyPatch, from_flat: Iterable[float], plan: LivenessPlan = PLAN
) -> TurnStage:
    """Where a turn ends whose pictures show these reliefs from a flat surface, all deep."""
    shown = iter(from_flat)

    def relief_between(straight: Image, image: Image, points: Values, side: int) -> Relief:
        relief = next(shown)
        return Relief(relief, relief / 2, likeness=0.95)

    monkeypatch.setattr(turn, "relief_between", relief_between)
    watched = Turn(Prompt.TURN_LEFT, plan, VIEW, 0.0, TurnStage.TURNING)
    points = POINTS.copy()
    points[2, 0] += 0.08 * 60
    for number in range(99):
        if watched.stage is not TurnStage.TURNING:
            break
        try:
            sight = Sight(VIEW, points, number / 12, is_good=True, is_same_person=lambda: True)
            watched.observe(sight, is_asked=True)
        except StopIteration:
            break
    return watched.stage


def test_a_turn_with_a_way_to_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _stage(monkeypatch, ON_THE_WAY) is TurnStage.DONE


def test_an_uneven_slide_has_no_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: of its later pictures one lies where a picture on the way would."""
    assert _stage(monkeypatch, AT_ONCE) is TurnStage.STRAIGHT_FIRST
    later = AT_ONCE[3:]
    low, high = (share * max(AT_ONCE) for share in PLAN.on_the_way)
    assert any(low <= relief <= high for relief in later)


def test_fewer_pictures_than_the_mean_needs_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _stage(monkeypatch, ON_THE_WAY[:3]) is TurnStage.TURNING


def test_a_turn_to_the_other_side_is_told_by_its_relief(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _stage(monkeypatch, [-relief for relief in ON_THE_WAY]) is TurnStage.WRONG_WAY
