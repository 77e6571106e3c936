from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from device.reader.front.fusion import fused
from device.reader.front.ink import Ink, Print
from tests.device.reader.front.printed_lines import printed, undamaged

LINE = printed("昭和33年3月14日生")
RNG = np.random.default_rng(3)


def noisy(ink: Ink) -> Ink:
    return np.clip(ink + 0.4 * RNG.standard_normal(ink.shape, np.float32), 0, 1)


def fused_ink(inks: Sequence[Ink]) -> Ink:
    return fused([undamaged(ink) for ink in inks]).ink


def likeness(ink: NDArray[np.float32]) -> float:
    inside = (slice(10, -10), slice(10, -10))
    return float(np.corrcoef(ink[inside].ravel(), LINE[inside].ravel())[0, 1])


def test_noise_goes() -> None:
    pictures = [noisy(LINE) for _ in range(8)]
    assert likeness(pictures[0]) < 0.6
    assert likeness(fused_ink(pictures)) > 0.8


def test_the_card_may_move_between_two_pictures() -> None:
    shifts = [(0, 0), (3, -5), (-4, 6), (2, 2)]
    moved = [np.roll(LINE, shift, axis=(0, 1)) for shift in shifts]
    assert likeness(np.mean(moved, axis=0)) < 0.7
    assert likeness(fused_ink(moved)) > 0.95


def test_ink_that_mirrored_light_hides_in_some_pictures_stays() -> None:
    glaring = [LINE.copy() for _ in range(5)]
    for number in (1, 3):
        glaring[number][:, 60:240] = 0
    assert likeness(np.mean(glaring, axis=0)) < 0.97
    assert likeness(fused_ink(glaring)) > 0.99


def test_one_picture_is_itself() -> None:
    assert fused_ink([LINE]) == pytest.approx(LINE, abs=1e-4)


def test_a_scratch_moves_with_its_picture() -> None:
    scratch, nothing = np.zeros(LINE.shape, bool), np.zeros(LINE.shape, bool)
    scratch[40:44, 60:200] = True
    moved = Print(np.roll(LINE, (6, -5), axis=(0, 1)), np.roll(scratch, (6, -5), axis=(0, 1)))
    together = fused([*[Print(LINE, nothing)] * 3, moved]).hidden
    assert together[scratch].mean() > 0.95
    assert together[~scratch].mean() < 0.02
