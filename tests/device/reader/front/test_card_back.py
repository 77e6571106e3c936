import numpy as np
import pytest
from numpy.typing import NDArray

from device.reader.front import card_back
from device.reader.front.flat_card import part
from device.reader.front.layout import MY_NUMBER_CARD, Box
from device.reader.front.sight import Sight, look_at
from tests.device.reader.front.layings import picture_of
from tests.hw_sim.card_front.laying import Subject
from tests.hw_sim.card_front.look import PORTRAITS
from tests.hw_sim.card_front.shot import Glare

FRONTS = (Sight.FRONT, Sight.FRONT_UPSIDE_DOWN)
OVER_THE_STRIPE = Glare(0.35, 0.33, length_px=900, width_px=120, angle_deg=0, strength=0.8)
"""It hides the stripe and much of the gilt."""


def sight_of_photo(portrait: str, is_upside_down: bool) -> Sight:
    image = picture_of(
        Subject.FRONT, is_upside_down=is_upside_down, portrait=portrait, is_photo_coloured=True
    )
    return look_at(image, MY_NUMBER_CARD).sight


@pytest.mark.parametrize("portrait", PORTRAITS)
@pytest.mark.parametrize("is_upside_down", [False, True])
def test_skin_in_a_coloured_photo_is_no_gilt(portrait: str, is_upside_down: bool) -> None:
    assert sight_of_photo(portrait, is_upside_down) in FRONTS


def test_skin_would_be_gilt_to_one_who_looks_only_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def beyond_the_card(redness: NDArray[np.float32], box: Box) -> float:
        return float(np.median(part(redness, box, 2)) - np.median(redness))

    monkeypatch.setattr(card_back, "_beyond_all_around", beyond_the_card)
    sights = {sight_of_photo(portrait, False) for portrait in PORTRAITS}
    assert Sight.BACK in sights


def test_a_back_under_light_is_told_by_its_square_code(monkeypatch: pytest.MonkeyPatch) -> None:
    image = picture_of(Subject.BACK, glares=(OVER_THE_STRIPE,))
    assert look_at(image, MY_NUMBER_CARD).sight is Sight.BACK
    monkeypatch.setattr(card_back, "_has_square_code", lambda card: False)
    assert look_at(image, MY_NUMBER_CARD).sight is not Sight.BACK


def test_a_plain_front_is_not_asked_for_a_square_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(card: object) -> bool:
        raise AssertionError(card)

    monkeypatch.setattr(card_back, "_has_square_code", asked)
    assert look_at(picture_of(Subject.FRONT), MY_NUMBER_CARD).sight is Sight.FRONT
