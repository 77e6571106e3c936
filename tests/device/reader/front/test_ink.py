import cv2
import numpy as np
import pytest

from device.reader.front import ink
from device.reader.front.ink import LEAST_STROKE, LIGHTEST, evened, ink_of
from tests.device.reader.front.printed_lines import printed


def test_ornament_in_colour_is_not_ink() -> None:
    card = np.full((60, 60, 3), 240, np.uint8)
    card[20:22] = (240, 120, 140)
    card[40:42] = 40
    ink = ink_of(card)
    assert ink[20:22].max() < 0.1
    assert ink[40:42, 10:50].min() > 0.5


def test_evening_makes_pale_print_dark() -> None:
    ink = printed("昭和33年3月14日生")
    ink[:, 90:150] *= 0.5
    even = evened(ink)
    assert even[:, 100:140].max() > 1.5 * ink[:, 100:140].max()


def test_bare_card_stays_bare() -> None:
    assert not evened(np.zeros((40, 200), np.float32)).any()


def test_a_light_scratch_makes_no_print_of_the_card_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    card = np.full((120, 120, 3), 140, np.uint8)
    cv2.line(card, (10, 10), (110, 110), (200, 200, 200), 3)
    beside = (58, 62)
    assert ink_of(card)[beside] < LEAST_STROKE / 2
    monkeypatch.setattr(ink, "_SCRATCH_PX", 1)
    assert ink_of(card)[beside] > LEAST_STROKE


def test_a_light_scratch_is_lighter_than_paper() -> None:
    card = np.full((120, 120, 3), 140, np.uint8)
    cv2.line(card, (10, 10), (110, 110), (200, 200, 200), 3)
    assert ink_of(card).min() == ink_of(card)[60, 60] == pytest.approx(LIGHTEST)
    assert LIGHTEST < -0.1
