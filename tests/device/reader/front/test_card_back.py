from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.reader.front import card_back
from device.reader.front.card_outline import Picture, find_card
from device.reader.front.flat_card import part, straighten
from device.reader.front.layout import MY_NUMBER_CARD, Box
from device.reader.front.sight import Sight, look_at
from tests.device.reader.front.layings import picture_of
from tests.hw_sim.card_front.laying import Subject
from tests.hw_sim.card_front.look import PORTRAITS
from tests.hw_sim.card_front.shot import Glare

FRONTS = (Sight.FRONT, Sight.FRONT_UPSIDE_DOWN)
OVER_THE_STRIPE = Glare(0.35, 0.33, length_px=900, width_px=120, angle_deg=0, strength=0.8)
"""It hides the stripe and much of the gilt."""


def straightened_back() -> Picture:
    image = picture_of(Subject.BACK)
    outline = find_card(image)
    assert outline is not None
    return straighten(image, outline.corners)


def small_back() -> Picture:
    small = cv2.resize(straightened_back(), card_back._SIZE_PX, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


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


def test_contacts_are_found_where_a_sleeve_has_moved_them(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = replace(MY_NUMBER_CARD, contacts=card_back._shifted(MY_NUMBER_CARD.contacts, -3.0, 3.0))
    small = small_back()
    assert card_back._gilt(small, moved) > card_back._GILT
    monkeypatch.setattr(card_back, "_CONTACTS_SHIFTS_MM", ((0.0, 0.0),))
    assert card_back._gilt(small_back(), moved) < card_back._GILT


def test_contacts_close_to_the_edge_are_found() -> None:
    at_edge = replace(MY_NUMBER_CARD, contacts=Box(0.5, 20.0, 10.0, 28.0))
    small = np.full((216, 342, 3), 200, np.uint8)
    small[80:112, 2:40, 2] = 100
    assert card_back._gilt(small, at_edge) > card_back._GILT


def test_a_code_the_finder_trips_over_is_a_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tripping:
        def detect(self, card: object) -> None:
            raise cv2.error("seed point outside of image")

    monkeypatch.setattr(cv2, "QRCodeDetector", Tripping)
    image = picture_of(Subject.BACK, glares=(OVER_THE_STRIPE,))
    assert look_at(image, MY_NUMBER_CARD).sight is Sight.BACK


def test_no_copy_of_a_back_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    copies: list[NDArray[np.generic]] = []

    def kept(made: Callable[..., NDArray[np.generic]]) -> Callable[..., NDArray[np.generic]]:
        def make(*args: object, **options: object) -> NDArray[np.generic]:
            copies.append(made(*args, **options))
            return copies[-1]

        return make

    monkeypatch.setattr(cv2, "resize", kept(cv2.resize))
    monkeypatch.setattr(cv2, "GaussianBlur", kept(cv2.GaussianBlur))
    card = straightened_back()
    copies.clear()
    # Without the stripe everything is looked at.
    monkeypatch.setattr(card_back, "_STRIPE", 0.01)
    assert card_back.is_back(card, MY_NUMBER_CARD)
    assert copies
    assert not any(copy.any() for copy in copies)
