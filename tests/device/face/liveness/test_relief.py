"""Depth through a turn: rendered heads have it, their prints do not, however they are held."""

import numpy as np
import pytest

from device.face.liveness.plan import LivenessPlan
from device.face.liveness.relief import Relief, relief_between
from device.face.port import Image
from device.face.pose import turn_of
from tests.device.face.liveness.sights import points_of, straight_view
from tests.hw_sim.attacks.clips import NAMES, clip
from tests.hw_sim.attacks.hand import plain_room
from tests.hw_sim.attacks.printed_photo import printed
from tests.hw_sim.attacks.sheet import Held, hold

PLAN = LivenessPlan()
FLAT_DEPTH = 0.03
SIDES = {"turn_left": 1, "turn_right": -1}


def _relief(before: Image, after: Image) -> Relief:
    relief = relief_between(straight_view(before), after, points_of(after))
    assert relief is not None
    return relief


def _print(person: str, held: Held) -> Image:
    sheet, centre_px = printed(clip(person)[0])
    return hold(sheet, centre_px, held, plain_room())


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", NAMES)
def test_a_turned_head_shows_its_depth(name: str, side: str) -> None:
    reliefs = [_relief(clip(name)[0], image) for image in clip(name, side)[2:7]]
    deep = [relief for relief in reliefs if relief.depth * SIDES[side] >= PLAN.least_depth]
    assert len([relief for relief in deep if relief.sine <= PLAN.largest_sine]) >= 3


@pytest.mark.parametrize("yaw_deg", [-40.0, -18.0, 18.0, 40.0])
@pytest.mark.parametrize("name", NAMES)
def test_a_flat_print_shows_none(name: str, yaw_deg: float) -> None:
    relief = _relief(_print(name, Held()), _print(name, Held(yaw_deg=yaw_deg, pitch_deg=6)))
    assert abs(relief.depth) < FLAT_DEPTH


@pytest.mark.parametrize("yaw_deg", [-25.0, -15.0, 15.0, 25.0])
@pytest.mark.parametrize("name", NAMES)
def test_a_bent_print_shows_too_little(name: str, yaw_deg: float) -> None:
    straight = _print(name, Held(bend_per_dm=1.0))
    relief = _relief(straight, _print(name, Held(yaw_deg=yaw_deg, bend_per_dm=1.0)))
    assert abs(relief.depth) < PLAN.least_depth


def test_five_points_alone_take_a_bent_print_for_a_turned_head() -> None:
    """The control: the detector expects heads, and sees the points of one."""
    straight = _print("hanako", Held(bend_per_dm=1.0))
    bent = _print("hanako", Held(yaw_deg=30.0, bend_per_dm=1.0))
    seeming = turn_of(points_of(bent)) - turn_of(points_of(straight))
    assert seeming >= PLAN.least_turn
    assert _relief(straight, bent).depth < PLAN.least_depth


def test_a_face_that_is_not_found_again_has_no_relief() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    points = points_of(clip("taro")[0])
    assert relief_between(straight_view(clip("taro")[0]), noise, points) is None
