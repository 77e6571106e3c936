import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.reader.front.blinding_light import CODE_REACH_MM, YEAR_REACH_MM, blinded_in

PAPER, INK = 190, 40


def card(light_radius_px: int, paper: int = PAPER) -> NDArray[np.uint8]:
    """A part of a card with a digit's stroke, and light on its left."""
    part = np.full((130, 400, 3), paper, np.uint8)
    part[50:80, 200:204] = INK
    if light_radius_px:
        cv2.circle(part, (100, 65), light_radius_px, (255, 255, 240), -1)
    return part


def test_light_hides_what_is_in_it_and_a_digit_beside_it() -> None:
    blinded = blinded_in(card(40), YEAR_REACH_MM)
    assert blinded[65, 100]
    assert blinded[65, 100 + 40 + 12]
    assert not blinded[65, 180:].any()


def test_beside_light_a_digit_among_four_is_seen() -> None:
    blinded = blinded_in(card(40), CODE_REACH_MM)
    assert blinded[65, 100 + 40 + 2]
    assert not blinded[65, 100 + 40 + 12]


@pytest.mark.parametrize("paper", [120, 190, 240])
def test_print_on_bright_paper_is_not_hidden(paper: int) -> None:
    assert not blinded_in(card(0, paper), YEAR_REACH_MM).any()


def test_a_sparkle_hides_no_digit() -> None:
    assert not blinded_in(card(4), YEAR_REACH_MM).any()
