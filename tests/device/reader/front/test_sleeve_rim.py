"""A clear sleeve shows as a second edge beside the card's own on at least three sides."""

from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest

from device.reader.front import card_outline, sleeve_rim
from device.reader.front.card_outline import Picture
from device.reader.front.card_sides import Floats, Lines, level_lines
from device.reader.front.sleeve_rim import is_in_sleeve
from tests.device.reader.front.layings import picture_of
from tests.hw_sim.card_front.laying import Subject

PX_PER_MM = 500 / 85.6


def card_with_lines(sides: int, gap_mm: float) -> Picture:
    """A blank card, and a thin line beside so many of its sides."""
    image = np.full((480, 640, 3), 60, np.uint8)
    left, top, right, bottom = 70, 83, 570, 398
    image[top:bottom, left:right] = 200
    off = round(gap_mm * PX_PER_MM)
    lines = (
        ((left - off, top - off), (right + off, top - off)),
        ((left - off, bottom + off), (right + off, bottom + off)),
        ((left - off, top - off), (left - off, bottom + off)),
        ((right + off, top - off), (right + off, bottom + off)),
    )
    for start, end in lines[:sides]:
        cv2.line(image, start, end, (140, 140, 140), 4)
    noise = np.random.default_rng(1).normal(0, 3, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("is_upside_down", [False, True])
@pytest.mark.parametrize("subject", [Subject.FRONT_IN_SLEEVE, Subject.BACK_IN_SLEEVE])
def test_a_card_in_a_sleeve(subject: Subject, is_upside_down: bool, seed: int) -> None:
    assert is_in_sleeve(picture_of(subject, is_upside_down=is_upside_down, seed=seed))


@pytest.mark.parametrize("seed", range(1, 4))
@pytest.mark.parametrize("is_upside_down", [False, True])
@pytest.mark.parametrize("subject", [Subject.FRONT, Subject.BACK, Subject.SEVERAL, Subject.EMPTY])
def test_what_is_in_no_sleeve(subject: Subject, is_upside_down: bool, seed: int) -> None:
    assert not is_in_sleeve(picture_of(subject, is_upside_down=is_upside_down, seed=seed))


def test_a_line_beside_two_sides_is_no_sleeve() -> None:
    """The stripe on a back, or a scratch in the tray, runs along a side too."""
    assert [is_in_sleeve(card_with_lines(sides, 2.7)) for sides in range(5)] == [
        False, False, False, True, True,
    ]  # fmt: skip


def test_a_sleeve_is_near() -> None:
    assert not is_in_sleeve(card_with_lines(4, 7.0))


@pytest.mark.parametrize("module", [sleeve_rim, card_outline])
def test_nothing_of_a_back_stays(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    copies: list[Floats] = []

    def looked_at(picture: Floats, *rest: Any) -> list[Lines]:
        assert picture.any()
        copies.append(picture)
        return level_lines(picture, *rest)

    monkeypatch.setattr(module, "level_lines", looked_at)
    is_in_sleeve(picture_of(Subject.BACK_IN_SLEEVE))
    assert [bool(copy.any()) for copy in copies] == [False, False]
