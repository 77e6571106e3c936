import numpy as np

from device.reader.front.card_outline import Corners, Picture
from device.reader.front.surroundings import is_another_thing_beside, is_large_thing_there

CORNERS: Corners = np.array([[70, 83], [570, 83], [570, 398], [70, 398]], np.float32)
PX_PER_MM = 500 / 85.6


def card_with(left: int, top: int, right: int, bottom: int) -> Picture:
    """A card, and something reddish in a rectangle under it."""
    image = np.full((480, 640, 3), 40, np.uint8)
    image[top:bottom, left:right] = (160, 90, 80)
    image[83:398, 70:570] = 220
    return image


def test_another_card_sticks_out() -> None:
    assert is_another_thing_beside(card_with(100, 130, 620, 460), CORNERS)


def test_bare_ground_and_a_sleeve_are_no_other_thing() -> None:
    assert not is_another_thing_beside(card_with(0, 0, 0, 0), CORNERS)
    rim_px = round(2.7 * PX_PER_MM)
    sleeve = card_with(70 - rim_px, 83 - rim_px, 570 + rim_px, 398 + rim_px)
    assert not is_another_thing_beside(sleeve, CORNERS)


def test_a_finger_is_no_other_thing() -> None:
    width_px = round(24 * PX_PER_MM)
    assert not is_another_thing_beside(card_with(300, 300, 300 + width_px, 480), CORNERS)


def test_light_that_falls_off_is_no_thing() -> None:
    image = np.repeat(np.linspace(40, 120, 640)[None, :, None], 480, axis=0).repeat(3, axis=2)
    assert not is_large_thing_there(image.astype(np.uint8))
    assert is_large_thing_there(card_with(0, 0, 0, 0))
