from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from device.reader.front.ink import LIGHTEST, Print
from device.reader.front.line_net import SIGNS
from device.reader.front.line_words import likeliest_words, numbers_in
from device.reader.front.strips import Preparation, Strip, read_strips
from tests.device.reader.front.printed_lines import EM_PX, printed, undamaged
from tests.hw_sim.card_front.fonts import TEXT_FAMILIES

BIRTH, END = "昭和33年 3月14日生", "2035年3月14日まで有効"


def words_in(strips: list[Strip]) -> set[str]:
    return {likeliest_words(strip.answers) for strip in strips}


@pytest.mark.parametrize("family", TEXT_FAMILIES)
def test_both_lines_are_read_wherever_they_stand(family: str) -> None:
    for down in (0, 3, 9):
        ink = np.roll(printed(BIRTH, END, width_px=440, family=family), down, axis=0)
        assert {"昭和33年3月14日生", END} <= words_in(read_strips(undamaged(ink), EM_PX))


@pytest.mark.parametrize("size", [0.8, 0.9, 1.1, 1.2])
def test_print_of_other_sizes_is_read(size: float) -> None:
    assert "昭和33年3月14日生" in words_in(read_strips(undamaged(printed(BIRTH)), EM_PX * size))


def test_any_digits_in_any_order_are_read() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        code = "".join(rng.choice(list("0123456789"), 4))
        assert code in words_in(
            read_strips(undamaged(printed(code, height_px=68, width_px=252)), EM_PX)
        )


def test_a_bare_card_has_no_words() -> None:
    assert words_in(read_strips(undamaged(np.zeros((130, 392), np.float32)), EM_PX)) == {""}


def test_brightness_and_contrast_do_not_matter() -> None:
    ink = printed("昭和33年3月14日生")
    assert "昭和33年3月14日生" in words_in(read_strips(undamaged(0.2 * ink + 0.3), EM_PX))


def test_answers_are_logarithms_of_shares() -> None:
    answers = read_strips(undamaged(printed(BIRTH)), EM_PX)[0].answers
    assert np.exp(answers).sum(axis=1) == pytest.approx(1)


def strip_of(words: str) -> Strip:
    strips = read_strips(undamaged(printed(words)), EM_PX)
    return next(strip for strip in strips if likeliest_words(strip.answers) == words)


def test_an_engines_picture_is_dark_on_light_in_the_wanted_size() -> None:
    small, large = (
        strip_of("昭和33年3月14日生").picture(Preparation(em_px=size)) for size in (23, 46)
    )
    assert small.dtype == np.uint8
    assert large.shape[1] == pytest.approx(2 * small.shape[1], abs=40)
    assert (large[0] == 255).all()
    assert large.min() < 40


def test_a_number_is_cut_out_whole() -> None:
    strip = strip_of("昭和33年3月14日生")
    year, month, _ = numbers_in(strip.answers)
    wide, narrow = (strip.picture_of(number, Preparation()) for number in (year, month))
    assert narrow.shape[1] < wide.shape[1] < strip.picture(Preparation()).shape[1] / 3


def spot(columns: slice, rows: slice = slice(None)) -> NDArray[np.bool_]:
    marked = np.zeros((130, 400), bool)
    marked[rows, columns] = True
    return marked


NOTHING = spot(slice(0, 0))
WORDS = "昭和33年3月14日生"
YEAR = slice(98, 124)
"""Where 33 stands in it."""


def hidden_strip(print_: Print) -> Strip:
    """The strip that shows WORDS, or else the one in their place."""
    shown = [
        likeliest_words(strip.answers) == WORDS
        for strip in read_strips(undamaged(printed(WORDS)), EM_PX)
    ]
    return replace(read_strips(print_, EM_PX)[shown.index(True)], answers=strip_of(WORDS).answers)


@pytest.mark.parametrize(
    ("hidden", "is_hit"),
    [
        (NOTHING, False),
        (spot(slice(108, 112)), True),
        (spot(slice(40, 44)), False),
        (spot(YEAR, rows=slice(60, 64)), False),
        (spot(YEAR, rows=slice(6, 12)), False),
    ],
)
def test_what_is_hidden_counts_where_a_digit_stands(
    hidden: NDArray[np.bool_], is_hit: bool
) -> None:
    strip = hidden_strip(Print(printed(WORDS), hidden))
    assert strip.is_hit(numbers_in(strip.answers)[0]) is is_hit


def test_a_level_scratch_through_the_digits_leaves_them_whole_rows() -> None:
    level = spot(YEAR, rows=slice(28, 31))
    strip = hidden_strip(Print(np.where(level, LIGHTEST, printed(WORDS)), level))
    assert strip.is_hit(numbers_in(strip.answers)[0])


def test_a_light_scratch_through_a_digit_is_not_where_its_number_ends() -> None:
    whole = strip_of(WORDS)
    scratched = printed(WORDS)
    scratched[:, 100:103] = LIGHTEST
    strip = replace(whole, ink=scratched[: len(whole.ink)])
    number = numbers_in(whole.answers)[0]
    plain, cut = (each.picture_of(number, Preparation()) for each in (whole, strip))
    assert cut.shape[1] == plain.shape[1]


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_any_answers_have_pictures(seed: int) -> None:
    rng = np.random.default_rng(seed)
    answers = 8 * rng.standard_normal((76, 1 + len(SIGNS)))
    ink = rng.uniform(LIGHTEST, 1, (45, 392)).astype(np.float32)
    strip = Strip(ink, ink > 0.99, 33.6, answers)
    for number in numbers_in(answers):
        strip.is_hit(number)
        assert strip.picture_of(number, Preparation()).size
    assert strip.picture(Preparation(is_evened=True)).size
