"""Relief through a turn: rendered heads have it, their prints do not, however they are held."""

from dataclasses import replace
from statistics import fmean
from typing import Any

import cv2
import numpy as np
import pytest

from device.face.alignment import align
from device.face.liveness.plan import LivenessPlan
from device.face.liveness.relief import Relief, relief_between, turn_view
from device.face.port import Image
from device.face.pose import turn_of
from device.face.wiping import WipedAfterwards
from tests.device.face.liveness.sights import points_of
from tests.hw_sim.attacks.clips import NAMES, clip
from tests.hw_sim.attacks.hand import plain_room
from tests.hw_sim.attacks.printed_photo import printed
from tests.hw_sim.attacks.sheet import Held, hold

PLAN = LivenessPlan()
SIDES = {"turn_left": 1, "turn_right": -1}
YAWS_DEG = [-40.0, -18.0, 18.0, 40.0]


def _relief(before: Image, after: Image, side: int) -> Relief:
    straight = turn_view(before, points_of(before))
    return relief_between(straight, after, points_of(after), side)


def _turned_head(name: str, side: str) -> list[Relief]:
    """Of the pictures of a turn that are alike enough, as the check takes them."""
    before = clip(name)[0]
    reliefs = [_relief(before, image, SIDES[side]) for image in clip(name, side)[2:7]]
    return [relief for relief in reliefs if relief.likeness >= PLAN.least_likeness]


def _print(person: str, held: Held) -> Image:
    sheet, centre_px = printed(clip(person)[0])
    return hold(sheet, centre_px, held, plain_room())


def _print_bent_about_a_level_axis(person: str, turned_deg: float) -> Image:
    """The sheet and the room lie on their side for `hold`, whose axis is upright."""
    sheet, (x, y) = printed(clip(person)[0])
    lying = np.ascontiguousarray(np.rot90(sheet), np.float32)
    room = np.ascontiguousarray(np.rot90(plain_room()), np.uint8)
    centre_px = (y, sheet.shape[1] - 1 - x)
    held = Held(pitch_deg=turned_deg, bend_per_dm=1.0)
    return np.ascontiguousarray(np.rot90(hold(lying, centre_px, held, room), -1))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", NAMES)
def test_a_turned_head_has_relief(name: str, side: str) -> None:
    reliefs = _turned_head(name, side)
    assert len(reliefs) >= PLAN.relief_pictures
    assert fmean(relief.from_flat for relief in reliefs) > 1.2 * PLAN.least_relief_from_flat
    assert fmean(relief.from_bent for relief in reliefs) > 1.5 * PLAN.least_relief_from_bent


@pytest.mark.parametrize("yaw_deg", YAWS_DEG)
@pytest.mark.parametrize("name", NAMES)
def test_a_flat_print_has_none(name: str, yaw_deg: float) -> None:
    after = _print(name, Held(yaw_deg=yaw_deg, pitch_deg=6))
    for side in (1, -1):
        relief = _relief(_print(name, Held()), after, side)
        assert relief.from_flat < PLAN.least_relief_from_flat
        assert relief.from_bent < PLAN.least_relief_from_bent


@pytest.mark.parametrize("yaw_deg", YAWS_DEG)
@pytest.mark.parametrize("name", NAMES)
def test_a_bent_print_has_none_beyond_a_bent_surface(name: str, yaw_deg: float) -> None:
    straight = _print(name, Held(bend_per_dm=1.0))
    side = 1 if yaw_deg > 0 else -1
    relief = _relief(straight, _print(name, Held(yaw_deg=yaw_deg, bend_per_dm=1.0)), side)
    assert relief.from_bent < PLAN.least_relief_from_bent


@pytest.mark.parametrize("axis_deg", [-50.0, 35.0])
@pytest.mark.parametrize("yaw_deg", [-30.0, 30.0])
def test_nor_has_one_bent_about_a_leaning_axis(yaw_deg: float, axis_deg: float) -> None:
    held = Held(bend_per_dm=1.0, bend_axis_deg=axis_deg)
    turned = replace(held, yaw_deg=yaw_deg)
    for side in (1, -1):
        relief = _relief(_print("hanako", held), _print("hanako", turned), side)
        assert relief.from_bent < PLAN.least_relief_from_bent


@pytest.mark.parametrize("turned_deg", [-25.0, 25.0])
def test_neither_has_a_print_bent_about_a_level_axis(turned_deg: float) -> None:
    straight = _print_bent_about_a_level_axis("hanako", 0.0)
    turned = _print_bent_about_a_level_axis("hanako", turned_deg)
    for side in (1, -1):
        relief = _relief(straight, turned, side)
        assert relief.from_bent < PLAN.least_relief_from_bent


def test_compared_with_a_plane_alone_a_bent_print_would_pass_for_a_head() -> None:
    """The control: the design that knows no bent sheet."""
    straight = _print("hanako", Held(bend_per_dm=1.2))
    relief = _relief(straight, _print("hanako", Held(yaw_deg=35.0, bend_per_dm=1.2)), 1)
    assert relief.from_flat > PLAN.least_relief_from_flat


def test_five_points_alone_take_a_bent_print_for_a_turned_head() -> None:
    """The control: the detector expects heads, and sees the points of one."""
    straight = _print("hanako", Held(bend_per_dm=1.0))
    bent = _print("hanako", Held(yaw_deg=30.0, bend_per_dm=1.0))
    seeming = turn_of(points_of(bent)) - turn_of(points_of(straight))
    assert seeming >= PLAN.least_turn
    assert _relief(straight, bent, 1).from_bent < PLAN.least_relief_from_bent


def test_the_wrong_side_has_no_relief() -> None:
    relief = _relief(clip("hanako")[0], clip("hanako", "turn_left")[4], -1)
    assert relief.from_flat < PLAN.least_relief_from_flat


def test_a_face_that_is_not_found_again_resembles_nothing() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    before = clip("taro")[0]
    straight = turn_view(before, points_of(before))
    relief = relief_between(straight, noise, points_of(before), 1)
    assert relief.likeness < PLAN.least_likeness


def test_a_picture_without_anything_in_it_resembles_nothing() -> None:
    even = np.full((480, 640, 3), 128, np.uint8)
    before = clip("taro")[0]
    points = points_of(before)
    relief = relief_between(turn_view(before, points), even, points, 1)
    assert relief.likeness < PLAN.least_likeness


def test_even_light_hides_that_the_light_came_from_aside() -> None:
    image = clip("hanako")[0]
    ramp = np.linspace(0.6, 1.2, image.shape[1])[None, :, None]
    lit = np.clip(image * ramp, 0, 255).astype(np.uint8)
    points = points_of(image)
    views = [turn_view(picture, points).astype(float) for picture in (image, lit)]
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(float) for picture in (image, lit)]
    assert np.abs(views[0] - views[1]).mean() < np.abs(grey[0] - grey[1]).mean() / 2


@pytest.mark.parametrize("is_wiped", [True, False])
@pytest.mark.parametrize("part", ["cvtColor", "GaussianBlur"])
def test_the_face_is_wiped_though_its_light_cannot_be_made_even(
    part: str, is_wiped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the wiping it is left."""
    if not is_wiped:
        monkeypatch.setattr(WipedAfterwards, "__exit__", lambda *_: None)
    image = clip("taro")[0]
    points = points_of(image)
    kept: list[Image] = []

    def noted(*given: Any) -> Image:
        kept.append(align(*given))
        return kept[-1]

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("device.face.liveness.relief.align", noted)
    monkeypatch.setattr(f"device.face.liveness.relief.cv2.{part}", fail)
    with pytest.raises(MemoryError):
        turn_view(image, points)
    assert [face.any() for face in kept] == [not is_wiped]
