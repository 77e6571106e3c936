from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from device.reader.front.line_net import SIGNS, LogShares
from device.reader.front.sighting import CLEAR, FIRM, POOREST, Damage, Sighting, best_sighting
from device.reader.front.strips import PartStrips, Strip
from tests.device.reader.front.printed_lines import EM_PX, printed, undamaged

PART = PartStrips(undamaged(printed("9", width_px=200)), EM_PX)
NOTHING = np.zeros((41, 100), bool)


def showing(share_of_9: float) -> LogShares:
    """A line of one digit, 9 or else 8."""
    answers = np.full((3, 1 + len(SIGNS)), 1e-12)
    answers[[0, 2], 0] = 1
    answers[1, [1 + SIGNS.index(sign) for sign in "98"]] = share_of_9, 1 - share_of_9
    return np.asarray(np.log(answers), np.float64)


def seen_as(share_of_9: float, *, fit: float = 0.0) -> Sighting[str]:
    strip = Strip(NOTHING.astype(np.float32), NOTHING, 34, showing(share_of_9))
    value = "9" if share_of_9 > 0.5 else "8"
    return Sighting(value, max(share_of_9, 1 - share_of_9), fit, strip)


class Looks:
    """What is seen at one size after the other."""

    def __init__(self, *looks: Sighting[str] | None) -> None:
        self.left = list(looks)

    def __call__(self, strips: Sequence[Strip]) -> Sighting[str] | None:
        return self.left.pop(0)


def best_of(looks: Looks, *, is_hit: bool = False) -> Sighting[str]:
    best = best_sighting(PART, looks, str, lambda seen: is_hit)
    assert best is not None
    return best


def test_what_is_clear_is_looked_at_once() -> None:
    looks = Looks(seen_as(0.98), seen_as(0.1), seen_as(0.1))
    best = best_of(looks)
    assert best.share == pytest.approx(0.98)
    assert len(looks.left) == 2


SURE = seen_as(0.9999)
THRICE = [SURE, SURE, SURE]
GARBAGE = replace(SURE, fit=POOREST - 1)


def test_what_may_be_hidden_is_looked_at_in_all_sizes_however_clear() -> None:
    looks = Looks(SURE, seen_as(0.98), seen_as(0.98), *THRICE)
    best = best_of(looks, is_hit=True)
    assert (best.value, best.damage, looks.left) == ("9", Damage.UNBORNE, THRICE)
    assert CLEAR < best.share < FIRM


@pytest.mark.parametrize("first", [seen_as(0.01), None])
def test_damage_is_borne_only_where_every_size_shows_the_same(first: Sighting[str] | None) -> None:
    very_sure = seen_as(1 - 1e-9)
    sizes = (very_sure, *((first, very_sure) if first is None else (very_sure, first)))
    best = best_of(Looks(*sizes, *THRICE), is_hit=True)
    assert (best.value, best.damage) == ("9", Damage.UNBORNE)
    assert best.share > FIRM, "the mean alone would do"


@pytest.mark.parametrize(
    ("as_paper_half_and_ink", "damage"),
    [
        ((SURE, SURE, SURE), Damage.BORNE),
        ((SURE, SURE, seen_as(0.75)), Damage.BORNE),
        ((SURE, SURE, seen_as(0.1)), Damage.UNBORNE),
        ((SURE, None, SURE), Damage.UNBORNE),
        ((SURE, GARBAGE, SURE), Damage.UNBORNE),
        ((seen_as(0.6), SURE, SURE), Damage.UNBORNE),
    ],
)
def test_damage_is_borne_where_the_same_is_likeliest_whatever_it_hides(
    as_paper_half_and_ink: tuple[Sighting[str] | None, ...], damage: Damage
) -> None:
    looks = Looks(*THRICE, *as_paper_half_and_ink)
    assert best_of(looks, is_hit=True).damage is damage


def test_what_is_hidden_in_one_size_only_is_not_forgotten() -> None:
    smaller = seen_as(0.99999)
    looks = Looks(seen_as(0.9), smaller, SURE, None, None, None)
    best = best_sighting(PART, looks, str, lambda seen: seen is smaller)
    assert best is not None
    assert (best.damage, best.is_clear) == (Damage.UNBORNE, False)


def test_doubt_at_one_size_is_settled_at_the_others() -> None:
    best = best_of(Looks(seen_as(0.4), seen_as(0.999), seen_as(0.9999)))
    assert (best.value, best.share > CLEAR) == ("9", True)


def test_doubt_at_every_size_stays_doubt() -> None:
    best = best_of(Looks(seen_as(0.9), seen_as(0.9), seen_as(0.9)))
    assert best.share == pytest.approx(0.9)


def test_the_strip_handed_on_is_the_one_that_showed_the_value() -> None:
    other = seen_as(0.9999, fit=-1e-3)
    best = best_of(Looks(seen_as(0.4), other, seen_as(0.9999)))
    assert best.strip is other.strip
    assert best.fit == other.fit


def test_sizes_that_contradict_each_other_leave_the_first_doubt() -> None:
    first = seen_as(0.96)
    assert best_of(Looks(first, seen_as(0.04), seen_as(0.3))) is first


def test_what_no_size_shows_counts_as_well() -> None:
    hazy = replace(seen_as(0.9), share=0.5)
    assert best_of(Looks(hazy, hazy, hazy)).share == pytest.approx(0.5)


def test_signs_beside_the_field_do_not_count_against_it() -> None:
    dirty = replace(seen_as(0.9), value="99", share=0.9)
    sure = replace(dirty, share=0.9999)
    assert best_of(Looks(dirty, sure, sure)).share > CLEAR


def test_a_strip_that_shows_something_else_is_nothing() -> None:
    looks = Looks(seen_as(0.99, fit=POOREST - 1), None, None)
    assert best_sighting(PART, looks, str, bool) is None
    assert len(looks.left) == 2


def test_nothing_seen_is_nothing() -> None:
    assert best_sighting(PART, Looks(None), str, bool) is None


def test_other_sizes_are_a_little_larger_and_smaller() -> None:
    sizes = [strips[0].em_px for strips in PART.strips_at_other_sizes]
    assert min(sizes) < PART.strips[0].em_px < max(sizes)
