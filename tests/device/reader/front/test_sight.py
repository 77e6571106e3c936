import numpy as np
import pytest

from device.reader.front.flat_card import part
from device.reader.front.layout import MY_NUMBER_CARD
from device.reader.front.sight import Sight, look_at
from tests.device.reader.front.layings import picture_of
from tests.hw_sim.card_front.laying import Subject
from tests.hw_sim.card_front.shot import Edge, Finger, Glare


@pytest.mark.parametrize("is_upside_down", [False, True])
def test_a_front_is_handed_on_upright(is_upside_down: bool) -> None:
    seen = look_at(picture_of(Subject.FRONT, is_upside_down=is_upside_down), MY_NUMBER_CARD)
    assert seen.sight is (Sight.FRONT_UPSIDE_DOWN if is_upside_down else Sight.FRONT)
    assert seen.is_way_clear
    assert seen.front is not None
    photo = part(seen.front, MY_NUMBER_CARD.photo)
    assert photo.std() > 1.5 * seen.front[200:400, 800:].std()


@pytest.mark.parametrize("is_upside_down", [False, True])
def test_a_back_is_seen_and_not_handed_on(is_upside_down: bool) -> None:
    seen = look_at(picture_of(Subject.BACK, is_upside_down=is_upside_down), MY_NUMBER_CARD)
    assert seen.sight is Sight.BACK
    assert seen.front is None


def test_a_back_is_seen_under_mirrored_light_and_a_finger() -> None:
    glare = Glare(right=0.4, down=0.3, length_px=400, width_px=60, angle_deg=5, strength=0.5)
    finger = Finger(Edge.LEFT, 0.5, reach_mm=7, radius_mm=8, slant_deg=10, tone=0.3, leaving_mm=0)
    image = picture_of(Subject.BACK, glares=(glare,), finger=finger)
    assert look_at(image, MY_NUMBER_CARD).front is None


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_back_in_a_sleeve_is_not_handed_on(seed: int) -> None:
    seen = look_at(picture_of(Subject.BACK_IN_SLEEVE, seed=seed), MY_NUMBER_CARD)
    assert seen.sight in (Sight.IN_CASE, Sight.BACK, Sight.NOTHING)
    assert seen.front is None


def test_a_sleeve_is_less_long_for_its_height_than_a_card() -> None:
    image = np.full((480, 640, 3), 40, np.uint8)
    image[80:410, 70:570] = 220
    assert look_at(image, MY_NUMBER_CARD).sight is Sight.IN_CASE


def test_the_empty_tray() -> None:
    assert look_at(picture_of(Subject.EMPTY), MY_NUMBER_CARD).sight is Sight.NOTHING


def test_two_cards_side_by_side() -> None:
    image = np.full((480, 640, 3), 40, np.uint8)
    image[60:220, 60:310] = 220
    image[260:420, 330:580] = 220
    assert look_at(image, MY_NUMBER_CARD).sight is Sight.SEVERAL


def test_a_blank_card_is_no_front() -> None:
    image = np.full((480, 640, 3), 40, np.uint8)
    image[80:395, 70:570] = 220
    assert look_at(image, MY_NUMBER_CARD).front is None
