"""Living people and attackers of made-up sittings do what their manner says; no model is loaded."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.hw_sim.attacks.actor import Actor, Moment
from tests.hw_sim.attacks.poses import BLINKS, YAWS_DEG, blink_file, circumstances_of, yaw_file
from tests.hw_sim.attacks.sitter import Sitter, manner_of
from tests.hw_sim.attacks.sittings import hand

FRAME_S = 1 / 12
GREY_OF = {yaw: 100 + 3 * number for number, yaw in enumerate(YAWS_DEG)}
"""Stands for a pose: one grey for each."""


@pytest.fixture
def actor(tmp_path: Path) -> Actor:
    files = {yaw_file(yaw): grey for yaw, grey in GREY_OF.items()}
    files |= {blink_file(closure): 30 + round(20 * closure) for closure in BLINKS}
    for name, grey in files.items():
        Image.fromarray(np.full((416, 320, 3), grey, np.uint8)).save(tmp_path / name)
    return Actor(tmp_path)


def _grey(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> int:
    return round(float(picture[200:280, 280:360].mean()))


def test_a_pose_is_shown_by_the_nearest_picture(actor: Actor) -> None:
    rng = np.random.default_rng(0)
    for yaw_deg in (-20, -12, 9, 17):
        nearest = min(YAWS_DEG, key=lambda yaw: abs(yaw - yaw_deg))
        assert abs(_grey(actor.picture(Moment(yaw_deg), rng)) - GREY_OF[nearest]) <= 1
    assert _grey(actor.picture(Moment(closure=1.0), rng)) in (49, 50, 51)


@pytest.mark.parametrize("side", ["turn_left", "turn_right"])
def test_who_is_asked_turns_to_that_side_after_a_moment_and_not_before(
    actor: Actor, side: str
) -> None:
    seed = next(s for s in range(99) if not manner_of(np.random.default_rng([s, 16])).mistakes)
    manner = manner_of(np.random.default_rng([seed, 16]))
    sitter = Sitter(actor, seed)
    greys = []
    for number in range(30):
        at_s = number * FRAME_S
        greys.append(_grey(sitter.picture(side, at_s, at_s)))
        is_turned = abs(greys[-1] - GREY_OF[0]) > 10 and greys[-1] > 60
        assert not is_turned or at_s > manner.delay_s
    turned = [grey for grey in greys if grey > 60]
    assert (max(turned) if side == "turn_left" else -min(turned)) > (
        GREY_OF[8] if side == "turn_left" else -GREY_OF[-8]
    )


def test_who_looks_aside_at_first_looks_ahead_after_a_moment(actor: Actor) -> None:
    sitter = Sitter(actor, 1, begins_deg=14.0)
    greys = [_grey(sitter.picture("", number * FRAME_S, number * FRAME_S)) for number in range(30)]
    assert abs(greys[0] - GREY_OF[14]) <= 1
    assert any(abs(grey - GREY_OF[0]) <= 5 for grey in greys[10:])


def test_circumstances_and_hands_come_from_the_seed_alone() -> None:
    assert circumstances_of(7) == circumstances_of(7)
    assert circumstances_of(7) != circumstances_of(8)
    hands = {hand(np.random.default_rng(1)), hand(np.random.default_rng(1))}
    assert len(hands) == 1
