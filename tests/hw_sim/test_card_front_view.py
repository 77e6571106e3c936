"""Geometry: where the camera sees the card."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.hw_sim.card_front.camera import photograph, photograph_things
from tests.hw_sim.card_front.layout import CARD_HEIGHT_MM, CARD_WIDTH_MM, FLAT_SIZE_PX
from tests.hw_sim.card_front.moment import Moment, moment_of
from tests.hw_sim.card_front.sample_shot import Difficulty, sample_shot
from tests.hw_sim.card_front.shot import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, Shot
from tests.hw_sim.card_front.view import View

STILL = Moment(0, 0, 0, 1, 0, 0, 0, 0)
HALF_MM = np.array([CARD_WIDTH_MM, CARD_HEIGHT_MM]) / 2
CORNERS_MM = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * HALF_MM
WHITE = np.full((FLAT_SIZE_PX[1], FLAT_SIZE_PX[0], 3), 255, np.uint8)


def corners(shot: Shot) -> NDArray[np.float64]:
    return View(shot, STILL).to_picture(CORNERS_MM)


def test_straight_card() -> None:
    seen = corners(Shot(width_share=0.75))
    assert seen[1, 0] - seen[0, 0] == pytest.approx(0.75 * FRAME_WIDTH_PX)
    assert seen.mean(axis=0) == pytest.approx([FRAME_WIDTH_PX / 2, FRAME_HEIGHT_PX / 2])


def test_there_and_back() -> None:
    shot = sample_shot(np.random.default_rng(3), Difficulty.HARD)
    view = View(shot, moment_of(shot, 1, 2))
    points = np.random.default_rng(4).uniform(-40, 40, (50, 2))
    assert view.to_plane(view.to_picture(points)) == pytest.approx(points, abs=0.05)


def test_half_turn_swaps_corners() -> None:
    straight, turned = corners(Shot()), corners(Shot(is_upside_down=True))
    assert turned == pytest.approx(np.roll(straight, 2, axis=0))


def test_rotation_is_clockwise() -> None:
    seen = corners(Shot(rotation_deg=5))
    run = seen[1] - seen[0]
    assert np.rad2deg(np.arctan2(run[1], run[0])) == pytest.approx(5)


def test_tilt_makes_one_side_longer() -> None:
    seen = corners(Shot(tilt_right_deg=12, distance_mm=110))
    left, right = np.linalg.norm(seen[3] - seen[0]), np.linalg.norm(seen[2] - seen[1])
    assert right > 1.1 * left


def test_barrel_pulls_corners_in() -> None:
    straight, bent = corners(Shot()), corners(Shot(distortion=-0.06))
    assert bent[0, 0] > straight[0, 0] + 5


@pytest.mark.parametrize("seed", range(4))
def test_picture_shows_the_card_where_the_view_says(seed: int) -> None:
    drawn = sample_shot(np.random.default_rng(seed), Difficulty.HARD)
    shot = replace(
        drawn, finger=None, glares=(), exposure=0.9, electrons=12000, light_fall=0, tray_level=0.1
    )
    picture = photograph(WHITE, shot, seed)
    view = View(shot, moment_of(shot, seed, 0))
    inset = view.to_picture(np.vstack([CORNERS_MM * 0.93, CORNERS_MM * 1.06]))
    y, x = np.indices(picture.shape[:2])[:, ::8, ::8]
    plane = view.to_plane(np.stack([x, y], axis=-1).astype(np.float64))
    is_card = (np.abs(plane) < HALF_MM - 2.5).all(axis=-1)
    is_tray = (np.abs(plane) > HALF_MM + 2.5).any(axis=-1)
    brightness = picture[::8, ::8].mean(axis=2)
    assert brightness[is_card].min() > 2 * brightness[is_tray].max()
    assert ((inset > 0) & (inset < (FRAME_WIDTH_PX, FRAME_HEIGHT_PX)))[:4].all()


def test_card_stays_in_the_picture() -> None:
    for number in range(300):
        shot = sample_shot(np.random.default_rng(number), Difficulty.HARD)
        seen = corners(shot)
        assert (seen > -45).all(), number
        assert (seen < (FRAME_WIDTH_PX + 45, FRAME_HEIGHT_PX + 45)).all(), number


def test_empty_tray() -> None:
    assert photograph_things([], Shot(), 1).std() < 20
