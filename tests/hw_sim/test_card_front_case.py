"""The opaque case hides the card, and is larger than it."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.hw_sim.card_front.camera import photograph_things
from tests.hw_sim.card_front.case import opaque_case
from tests.hw_sim.card_front.holders import sample_profile
from tests.hw_sim.card_front.laying import Laying, Subject
from tests.hw_sim.card_front.layout import CARD_HEIGHT_MM, CARD_WIDTH_MM, PX_PER_MM
from tests.hw_sim.card_front.look import PrintLook
from tests.hw_sim.card_front.shot import Shot

SHOT = Shot(vibration_mm=0, flicker=0)


def picture(subject: Subject, *, seed: int, holder: int = 1) -> NDArray[np.uint8]:
    profile = sample_profile(np.random.default_rng(holder))
    return next(iter(Laying(subject, profile, PrintLook(), SHOT, seed).frames(1))).image


@pytest.mark.parametrize("seed", range(12))
def test_it_is_larger_than_a_card_and_higher_for_its_length(seed: int) -> None:
    case = opaque_case(np.random.default_rng(seed))
    height_mm, width_mm = (side / PX_PER_MM for side in case.sheet.shape[:2])
    assert width_mm > CARD_WIDTH_MM + 5
    assert height_mm > CARD_HEIGHT_MM + 5
    assert width_mm / height_mm < 0.95 * CARD_WIDTH_MM / CARD_HEIGHT_MM


def test_nothing_of_the_card_is_seen_through_it() -> None:
    one, other = (picture(Subject.IN_CASE, seed=3, holder=holder) for holder in (1, 2))
    assert np.array_equal(one, other)
    # Negative control: through a clear sleeve two people's cards differ.
    one, other = (picture(Subject.FRONT_IN_SLEEVE, seed=3, holder=holder) for holder in (1, 2))
    assert not np.array_equal(one, other)


def test_it_covers_the_tray() -> None:
    case = opaque_case(np.random.default_rng(1))
    dark, light = (
        photograph_things([case], replace(SHOT, tray_level=level), 1)[400:560, 500:800]
        for level in (0.05, 0.5)
    )
    assert np.abs(dark.astype(int) - light).mean() < 1


def test_cases_differ_and_the_same_seed_gives_the_same() -> None:
    cases = [opaque_case(np.random.default_rng(seed)) for seed in (1, 1, 2, 3, 4, 5, 6)]
    assert np.array_equal(cases[0].sheet, cases[1].sheet)
    assert len({case.gloss for case in cases}) > 1
    assert len({tuple(np.median(case.sheet, axis=(0, 1))) for case in cases}) == 6
