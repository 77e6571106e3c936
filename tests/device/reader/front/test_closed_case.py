"""A case that hides the card is one even thing larger than a card; nothing else is."""

import numpy as np
import pytest

from device.reader.front.card_outline import Picture
from device.reader.front.closed_case import is_closed_case
from tests.device.reader.front.layings import picture_of
from tests.hw_sim.card_front.laying import Subject
from tests.hw_sim.card_front.shot import Edge, Finger


def thing(width: int, height: int) -> Picture:
    """A light rectangle on a dark tray; a card would be 500 by 315."""
    image = np.full((480, 640, 3), 40, np.uint8)
    image[20 : 20 + height, 60 : 60 + width] = 200
    return image


@pytest.mark.parametrize("seed", range(1, 9))
def test_leather_cloth_and_plastic(seed: int) -> None:
    assert is_closed_case(picture_of(Subject.IN_CASE, seed=seed))


def test_a_finger_may_hold_it() -> None:
    finger = Finger(Edge.RIGHT, 0.5, reach_mm=7, radius_mm=8, slant_deg=10, tone=0.3, leaving_mm=0)
    assert is_closed_case(picture_of(Subject.IN_CASE, finger=finger))


@pytest.mark.parametrize("seed", range(1, 5))
@pytest.mark.parametrize(
    "subject",
    [Subject.FRONT, Subject.BACK, Subject.BACK_IN_SLEEVE, Subject.SEVERAL, Subject.EMPTY],
)
def test_what_patients_lay_down_else(subject: Subject, seed: int) -> None:
    assert not is_closed_case(picture_of(subject, seed=seed))


def test_only_the_shape_tells_a_case_from_a_blank_card() -> None:
    assert is_closed_case(thing(500, 345))
    assert not is_closed_case(thing(500, 315))
    assert not is_closed_case(thing(500, 450))


def test_two_blank_cards_on_each_other_have_corners_missing() -> None:
    image = np.full((480, 640, 3), 40, np.uint8)
    image[20:335, 60:560] = 200
    image[60:375, 100:600] = 200
    assert not is_closed_case(image)


def test_a_pattern_is_even_and_two_halves_are_not() -> None:
    dotted, halved = thing(500, 345), thing(500, 345)
    dotted[40:350:30, 80:540:30] = dotted[45:350:30, 80:540:30] = 90
    halved[20:160, 60:560] = 90
    assert is_closed_case(dotted)
    assert not is_closed_case(halved)


def test_a_pattern_in_the_colour_of_the_tray() -> None:
    image = np.minimum(thing(500, 345), 65)
    for y in range(50, 330, 60):
        for x in range(90, 540, 60):
            image[y : y + 25, x : x + 25] = 40
    assert is_closed_case(image)


def test_a_small_thing() -> None:
    assert not is_closed_case(thing(200, 138))
