import numpy as np
import pytest

from device.reader.front import sight
from device.reader.front.card_outline import Corners, Picture
from device.reader.front.flat_card import part, straighten
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


def test_nothing_of_a_back_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    copies: list[Picture] = []

    def kept(image: Picture, corners: Corners) -> Picture:
        copies.append(straighten(image, corners))
        return copies[-1]

    monkeypatch.setattr(sight, "straighten", kept)
    look_at(picture_of(Subject.FRONT), MY_NUMBER_CARD)
    look_at(picture_of(Subject.BACK), MY_NUMBER_CARD)
    assert [bool(copy.any()) for copy in copies] == [True, False]


def test_the_brightest_light_beside_the_photo_does_not_turn_the_card() -> None:
    glare = Glare(right=0.0, down=0.8, length_px=360, width_px=185, angle_deg=128, strength=0.4)
    assert look_at(picture_of(Subject.FRONT, glares=(glare,)), MY_NUMBER_CARD).sight is Sight.FRONT


def test_a_front_without_its_photo_could_lie_either_way() -> None:
    image = picture_of(Subject.FRONT).copy()
    image[260:660, 180:480] = 190
    seen = look_at(image, MY_NUMBER_CARD)
    assert seen.front is None or not seen.is_way_clear


def test_a_sleeve_is_less_long_for_its_height_than_a_card() -> None:
    image = np.full((480, 640, 3), 40, np.uint8)
    image[80:410, 70:570] = 220
    assert look_at(image, MY_NUMBER_CARD).sight is Sight.IN_CASE


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_front_in_a_clear_sleeve_is_handed_on(seed: int) -> None:
    seen = look_at(picture_of(Subject.FRONT_IN_SLEEVE, seed=seed), MY_NUMBER_CARD)
    assert seen.sight is Sight.FRONT
    assert seen.front is not None


def test_only_what_is_no_front_is_asked_whether_it_is_a_case(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Subject] = []
    for subject in (Subject.FRONT, Subject.FRONT_IN_SLEEVE, Subject.BACK, Subject.SEVERAL):

        def is_case(_: Picture, subject: Subject = subject) -> bool:
            asked.append(subject)
            return True

        monkeypatch.setattr(sight, "is_closed_case", is_case)
        seen = look_at(picture_of(subject), MY_NUMBER_CARD)
        assert (seen.sight is Sight.IN_CASE) == (subject in asked)
    assert asked == [Subject.BACK, Subject.SEVERAL]


def test_the_empty_tray() -> None:
    assert look_at(picture_of(Subject.EMPTY), MY_NUMBER_CARD).sight is Sight.NOTHING


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_second_card_under_or_over_the_front(seed: int) -> None:
    seen = look_at(picture_of(Subject.SEVERAL, seed=seed), MY_NUMBER_CARD)
    assert seen.sight is Sight.SEVERAL
    assert seen.front is None


def test_two_cards_side_by_side() -> None:
    image = np.full((480, 640, 3), 40, np.uint8)
    image[60:220, 60:310] = 220
    image[260:420, 330:580] = 220
    assert look_at(image, MY_NUMBER_CARD).sight is Sight.SEVERAL


def test_a_blank_card_is_no_front() -> None:
    image = np.full((480, 640, 3), 40, np.uint8)
    image[80:395, 70:570] = 220
    assert look_at(image, MY_NUMBER_CARD).front is None
