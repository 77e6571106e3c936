import numpy as np
import pytest

from device.reader.front.card_outline import Picture, find_card
from tests.device.reader.front.layings import SHOT, picture_of
from tests.hw_sim.card_front.laying import Subject
from tests.hw_sim.card_front.moment import moment_of
from tests.hw_sim.card_front.shot import Edge, Finger, Glare
from tests.hw_sim.card_front.view import View

HALF_SIZE_MM = np.array([85.6, 53.98]) / 2
CORNERS_MM = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * HALF_SIZE_MM
TRUE_CORNERS = View(SHOT, moment_of(SHOT, 1, 0)).to_picture(CORNERS_MM)


def greatest_error_px(image: Picture) -> float:
    outline = find_card(image)
    assert outline is not None
    return float(np.abs(outline.corners - TRUE_CORNERS).max())


def rectangle(width_px: int, height_px: int) -> Picture:
    image = np.full((480, 640, 3), 40, np.uint8)
    left, top = 320 - width_px // 2, 240 - height_px // 2
    image[top : top + height_px, left : left + width_px] = 220
    return image


def test_a_card_is_found_with_its_corners() -> None:
    assert greatest_error_px(picture_of(Subject.FRONT)) < 10


def test_the_stripe_is_no_side() -> None:
    assert greatest_error_px(picture_of(Subject.BACK)) < 12


@pytest.mark.parametrize("edge", Edge)
def test_a_finger_over_a_side_does_not_move_the_corners(edge: Edge) -> None:
    finger = Finger(edge, 0.4, reach_mm=9, radius_mm=9, slant_deg=20, tone=0.3, leaving_mm=0)
    assert greatest_error_px(picture_of(Subject.FRONT, finger=finger)) < 12


def test_mirrored_light_over_two_sides_does_not_move_the_corners() -> None:
    glare = Glare(right=0.2, down=0.2, length_px=500, width_px=60, angle_deg=130, strength=1.5)
    assert greatest_error_px(picture_of(Subject.FRONT, glares=(glare,))) < 12


def test_a_card_hardly_brighter_than_the_tray_is_found() -> None:
    noise = np.random.default_rng(1).normal(0, 4, (480, 640, 3))
    faint = 90 + rectangle(500, 315) / 25 + noise
    outline = find_card(faint.clip(0, 255).astype(np.uint8))
    assert outline is not None
    assert np.abs(outline.corners[0] - (70, 83)).max() < 6


def test_nothing_lies_on_an_even_or_a_rough_ground() -> None:
    assert find_card(np.full((480, 640, 3), 90, np.uint8)) is None
    noise = np.random.default_rng(1).normal(90, 10, (480, 640, 3))
    assert find_card(noise.clip(0, 255).astype(np.uint8)) is None
    assert find_card(picture_of(Subject.EMPTY)) is None


@pytest.mark.parametrize(("width_px", "height_px"), [(400, 400), (360, 227), (500, 240)])
def test_other_shapes_and_sizes_are_no_card(width_px: int, height_px: int) -> None:
    assert find_card(rectangle(500, 315)) is not None
    assert find_card(rectangle(width_px, height_px)) is None
