"""Each effect of the camera changes what it should, and nothing is left to chance."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.hw_sim.card_front.camera import frames_of, photograph, photograph_things
from tests.hw_sim.card_front.front import render_front
from tests.hw_sim.card_front.holders import sample_profile
from tests.hw_sim.card_front.laid import Laid
from tests.hw_sim.card_front.layout import FLAT_SIZE_PX
from tests.hw_sim.card_front.look import PrintLook
from tests.hw_sim.card_front.moment import moment_of
from tests.hw_sim.card_front.sample_shot import Difficulty, sample_shot
from tests.hw_sim.card_front.shot import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, Edge, Finger, Glare, Shot
from tests.hw_sim.card_front.sleeve import in_sleeve

PROFILE = sample_profile(np.random.default_rng(8))
CARD = render_front(PROFILE, PrintLook())
GREY = np.full((FLAT_SIZE_PX[1], FLAT_SIZE_PX[0], 3), 170, np.uint8)
STILL = Shot(
    vibration_mm=0, flicker=0, glare_drift_px=0, electrons=12000, jpeg_quality=96, vignetting=0,
    light_fall=0, sharpening=0,
)  # fmt: skip
Picture = NDArray[np.uint8]


def detail(picture: Picture, dx: int, dy: int) -> float:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float64)[300:660, 300:980]
    return float(np.abs(np.roll(grey, (dy, dx), axis=(0, 1)) - grey).mean())


def noise(shot: Shot) -> float:
    first, second = (photograph(GREY, shot, 1, index).astype(np.float64) for index in (0, 1))
    return float((first - second)[400:560, 500:800].std())


def middle(picture: Picture) -> NDArray[np.float64]:
    return np.asarray(picture[400:560, 500:800].mean(axis=(0, 1)), dtype=np.float64)


def test_format() -> None:
    picture = photograph(CARD, Shot(), 1)
    assert picture.shape == (FRAME_HEIGHT_PX, FRAME_WIDTH_PX, 3)
    assert picture.dtype == np.uint8


def test_same_seed_same_picture() -> None:
    shot = sample_shot(np.random.default_rng(1), Difficulty.HARD)
    assert np.array_equal(photograph(CARD, shot, 7, 1), photograph(CARD, shot, 7, 1))
    assert not np.array_equal(photograph(CARD, shot, 7, 1), photograph(CARD, shot, 8, 1))


def test_frames_of_one_laying_differ_a_little() -> None:
    first, second = frames_of(PROFILE, Shot(), 2, seed=3)
    difference = np.abs(first.astype(int) - second)
    assert 0 < difference.mean() < 8
    assert np.array_equal(first, next(frames_of(PROFILE, Shot(), 1, seed=3)))


def test_defocus() -> None:
    sharp, soft = (photograph(CARD, replace(STILL, defocus_px=px), 1) for px in (0.3, 2.8))
    assert detail(soft, 1, 0) < 0.6 * detail(sharp, 1, 0)


def test_motion_blurs_along_its_direction() -> None:
    shot = replace(STILL, motion_px=5, motion_deg=0)
    index = next(index for index in range(50) if moment_of(shot, 2, index).motion_px > 4)
    moved, still = photograph(CARD, shot, 2, index), photograph(CARD, STILL, 2, index)
    along = detail(moved, 1, 0) / detail(still, 1, 0)
    across = detail(moved, 0, 1) / detail(still, 0, 1)
    assert along < 0.8 * across


def test_exposure() -> None:
    dark, light = (photograph(GREY, replace(STILL, exposure=level), 1) for level in (0.1, 0.8))
    assert middle(dark).mean() < 0.5 * middle(light).mean()


def test_few_electrons_are_noisy() -> None:
    assert noise(replace(STILL, electrons=250)) > 3 * noise(STILL)


def test_read_noise_shows_in_the_dark() -> None:
    dark = replace(STILL, exposure=0.06, electrons=1000)
    assert noise(replace(dark, read_noise_electrons=8)) > noise(
        replace(dark, read_noise_electrons=2)
    )


def test_white_balance() -> None:
    red, _, blue = middle(photograph(GREY, replace(STILL, red_gain=1.25, blue_gain=0.8), 1))
    assert red > 1.15 * blue


def test_uneven_light() -> None:
    shot = replace(STILL, light_fall=0.7, light_deg=0)
    picture = photograph(GREY, shot, 1)
    assert picture[480, 250].mean() > 1.3 * picture[480, 1030].mean()


def test_glare_is_on_the_card_only() -> None:
    on_card = Glare(0.5, 0.5, 40, 40, 0, 3)
    beside = replace(on_card, right=0.03)
    bright = photograph(GREY, replace(STILL, glares=(on_card,)), 1)
    assert bright[480, 640].min() > 250
    assert bright[480, 900].max() < 220
    tray = photograph(GREY, replace(STILL, glares=(beside,)), 1)
    assert tray[480, 38].max() < 120


def test_glare_drifts() -> None:
    light = Glare(0.5, 0.5, 25, 25, 0, 3)
    shot = replace(STILL, glares=(light,), glare_drift_px=30)
    first, later = (photograph(GREY, shot, 1, index) for index in (0, 4))
    assert np.abs(first.astype(int) - later).max() > 60


def test_finger_covers_its_edge() -> None:
    finger = Finger(Edge.RIGHT, 0.5, 8, 8, 0, 1.0, 0)
    covered = photograph(GREY, replace(STILL, finger=finger), 1)
    changed = np.abs(covered.astype(int) - photograph(GREY, STILL, 1)).max(axis=2) > 30
    columns = np.nonzero(changed.any(axis=0))[0]
    # 8 mm from the card's right edge at 11.7 pixels a millimetre, and a shadow.
    assert 1000 < columns.min() < 1060
    red, green, blue = covered[480, 1100].astype(int)
    assert red > green > blue


def test_leaving_finger_leaves() -> None:
    finger = Finger(Edge.RIGHT, 0.5, 6, 8, 0, 1.0, 3)
    shot = replace(STILL, finger=finger)
    later = photograph(GREY, shot, 1, 4)[480, 1000:1130]
    assert np.abs(later.astype(int) - photograph(GREY, STILL, 1, 4)[480, 1000:1130]).mean() < 6


def test_compression_shows() -> None:
    clean, poor = (photograph(CARD, replace(STILL, jpeg_quality=q), 1) for q in (96, 55))
    steps = np.abs(np.diff(poor.astype(int).mean(axis=2), axis=1)).mean(axis=0)
    before = np.abs(np.diff(clean.astype(int).mean(axis=2), axis=1)).mean(axis=0)
    at_blocks, inside = steps[7::8].mean() / before[7::8].mean(), steps.mean() / before.mean()
    assert at_blocks > inside


def test_tray_level() -> None:
    dark, light = (photograph_things([], replace(STILL, tray_level=v), 1) for v in (0.1, 0.5))
    assert light.mean() > 2 * dark.mean()


def test_sleeve_is_larger_than_the_card() -> None:
    sleeved = photograph_things(in_sleeve(GREY, np.random.default_rng(1)), STILL, 1)
    bare = photograph(GREY, STILL, 1)
    changed = np.abs(sleeved.astype(int) - bare).max(axis=2) > 15
    assert changed[:, 105:135].any()
    assert not changed[:, :40].any()


def test_second_card_shows() -> None:
    both = [Laid.of(CARD), Laid.of(GREY, right_mm=30, down_mm=20, turn_deg=10)]
    assert not np.array_equal(
        photograph_things(both, STILL, 1), photograph_things(both[:1], STILL, 1)
    )


@pytest.mark.parametrize("difficulty", Difficulty)
def test_shots_are_in_their_ranges(difficulty: Difficulty) -> None:
    for number in range(200):
        shot = sample_shot(np.random.default_rng(number), difficulty)
        assert 0.70 <= shot.width_share <= 0.85
        assert np.hypot(shot.tilt_right_deg, shot.tilt_down_deg) <= 12
        assert abs(shot.rotation_deg) <= 8
        assert 0.05 < shot.exposure <= 1.05
        assert 250 <= shot.electrons <= 12000
        assert 0.3 <= shot.defocus_px <= 2.8
        assert 55 <= shot.jpeg_quality <= 96
