import numpy as np

from device.reader.front.card_outline import find_outlines
from tests.device.reader.front.layings import picture_of
from tests.hw_sim.card_front.laying import Subject


def test_a_card_is_found_with_its_corners() -> None:
    (outline,) = find_outlines(picture_of(Subject.FRONT))
    assert outline.is_card
    upper_left, upper_right, lower_right, lower_left = outline.corners
    assert upper_left[0] < upper_right[0]
    assert upper_right[1] < lower_right[1]
    assert lower_left[0] < lower_right[0]
    assert 950 < np.linalg.norm(upper_right - upper_left) < 1050


def test_nothing_lies_on_an_even_ground() -> None:
    image = np.full((480, 640, 3), 90, np.uint8)
    assert find_outlines(image) == []


def test_a_square_is_no_card() -> None:
    image = np.full((480, 640, 3), 40, np.uint8)
    image[60:420, 140:500] = 220
    assert not any(outline.is_card for outline in find_outlines(image))


def test_a_finger_on_the_edge_does_not_move_the_corners() -> None:
    whole = picture_of(Subject.FRONT)
    held = whole.copy()
    held[600:, 560:680] = (150, 100, 80)
    (without,), (with_finger,) = find_outlines(whole), find_outlines(held)
    assert with_finger.is_card
    assert np.abs(without.corners - with_finger.corners).max() < 15
