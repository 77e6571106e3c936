"""The flat pictures: words where the layout says, looks that show, nothing random left."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.hw_sim.card_front.back import render_back
from tests.hw_sim.card_front.front import PrintedField, print_front, render_front
from tests.hw_sim.card_front.holders import sample_profile
from tests.hw_sim.card_front.layout import FLAT_SIZE_PX, FRONT, Box, px
from tests.hw_sim.card_front.look import PrintLook, sample_look

PROFILE = sample_profile(np.random.default_rng(2))
LOOK = PrintLook(is_certificate_date_written=False)
CLEAN = print_front(PROFILE, LOOK)


def part(picture: NDArray[np.uint8], box: Box) -> NDArray[np.float64]:
    rows = slice(px(box.top_mm), px(box.bottom_mm))
    return np.asarray(picture[rows, px(box.left_mm) : px(box.right_mm)].mean(axis=2))


def darkest(picture: NDArray[np.uint8], field: PrintedField) -> float:
    return float(np.mean([part(picture, box).min() for box in CLEAN.characters[field]]))


def test_size() -> None:
    assert CLEAN.image.shape == (FLAT_SIZE_PX[1], FLAT_SIZE_PX[0], 3)
    assert CLEAN.image.dtype == np.uint8


@pytest.mark.parametrize("field", PrintedField)
def test_every_character_has_ink_in_its_box(field: PrintedField) -> None:
    for box in CLEAN.characters[field]:
        assert part(CLEAN.image, box).min() < 90


def test_no_ink_between_the_lines() -> None:
    below = FRONT.birth_date.top_mm + 1.25 * FRONT.birth_date.size_mm
    gap = Box(28.0, below, 55.0, FRONT.expiry.top_mm)
    assert part(CLEAN.image, gap).min() > 120


def test_number_of_characters() -> None:
    assert len(CLEAN.characters[PrintedField.SECURITY_CODE]) == 4
    assert len(CLEAN.characters[PrintedField.EXPIRY_YEAR]) == 4


def test_same_look_same_picture() -> None:
    look = sample_look(np.random.default_rng(4))
    first = render_front(PROFILE, look)
    assert np.array_equal(first, render_front(PROFILE, look))
    assert not np.array_equal(first, render_front(PROFILE, replace(look, seed=look.seed + 1)))


def test_the_code_changes_only_its_own_place() -> None:
    other = replace(PROFILE, holder=replace(PROFILE.holder, security_code="1111"))
    changed = (render_front(other, LOOK) != CLEAN.image).any(axis=2)
    rows, columns = np.nonzero(changed)
    line = FRONT.security_code
    assert changed.any()
    assert rows.min() > px(line.top_mm - 1)
    assert rows.max() < px(line.top_mm + 2 * line.size_mm)
    assert columns.max() < px(line.left_mm + line.width_mm)


def test_pale_ink() -> None:
    pale = print_front(PROFILE, replace(LOOK, ink=0.5)).image
    assert darkest(pale, PrintedField.BIRTH_DATE) > darkest(CLEAN.image, PrintedField.BIRTH_DATE)


def test_shift_moves_the_boxes() -> None:
    moved = print_front(PROFILE, replace(LOOK, shift_right_mm=0.4, shift_down_mm=-0.4))
    for before, after in zip(
        CLEAN.characters[PrintedField.BIRTH_DATE],
        moved.characters[PrintedField.BIRTH_DATE],
        strict=True,
    ):
        assert after.left_mm - before.left_mm == pytest.approx(0.4, abs=0.07)
        assert after.top_mm - before.top_mm == pytest.approx(-0.4, abs=0.07)


def test_larger_characters() -> None:
    large = print_front(PROFILE, replace(LOOK, scale=1.08))
    field = PrintedField.SECURITY_CODE
    assert large.characters[field][3].right_mm > CLEAN.characters[field][3].right_mm


def test_spread_thickens() -> None:
    thick = print_front(PROFILE, replace(LOOK, spread_mm=0.05)).image
    box = CLEAN.characters[PrintedField.SECURITY_CODE][0]
    assert part(thick, box).mean() < part(CLEAN.image, box).mean()


def test_fading_takes_ink() -> None:
    worn = print_front(PROFILE, replace(LOOK, faded_spots=60, fading=0.7, seed=5))
    assert min(worn.ink_left.values()) < 0.6
    assert min(CLEAN.ink_left.values()) > 0.85


def test_scratches_and_dirt_show() -> None:
    scratched = render_front(PROFILE, replace(LOOK, scratches=40))
    assert 0.001 < (scratched != CLEAN.image).any(axis=2).mean() < 0.2
    assert render_front(PROFILE, replace(LOOK, dirt=1.0)).mean() < CLEAN.image.mean() - 2


def test_written_date_stays_in_its_line() -> None:
    written = render_front(PROFILE, replace(LOOK, is_certificate_date_written=True))
    rows = np.nonzero((written != CLEAN.image).any(axis=2))[0]
    assert rows.size > 0
    assert rows.min() > px(FRONT.expiry.top_mm + 0.8 * FRONT.expiry.size_mm)
    assert rows.max() < px(FRONT.issuer.top_mm)


def test_other_fonts_look_different() -> None:
    serif = render_front(PROFILE, replace(LOOK, text_family="Noto Serif CJK JP"))
    assert not np.array_equal(serif, CLEAN.image)


def test_unknown_font_is_replaced() -> None:
    assert np.array_equal(render_front(PROFILE, replace(LOOK, text_family="Nobody")), CLEAN.image)


def test_back_shows_neither_photo_nor_code() -> None:
    back = render_back(PROFILE, LOOK)
    assert back.shape == CLEAN.image.shape
    other = replace(PROFILE, holder=replace(PROFILE.holder, security_code="1111"))
    assert np.array_equal(back, render_back(other, LOOK))
    assert back[px(8.0), px(40.0)].max() < 60
