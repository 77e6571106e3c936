from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from device.reader.front.line_net import SIGNS, LogShares
from device.reader.front.sighting import CLEAR, POOREST, Sighting, best_sighting
from device.reader.front.strips import Lines, Strip
from tests.device.reader.front.printed_lines import EM_PX, printed, undamaged

LINES = Lines(undamaged(printed("9", width_px=200)), EM_PX)
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


def best_of(looks: Looks) -> Sighting[str]:
    best = best_sighting(LINES, looks, str)
    assert best is not None
    return best


def test_what_is_clear_is_looked_at_once() -> None:
    looks = Looks(seen_as(0.98), seen_as(0.1), seen_as(0.1))
    best = best_of(looks)
    assert best.share == pytest.approx(0.98)
    assert len(looks.left) == 2


def test_doubt_at_one_size_is_settled_at_the_others() -> None:
    best = best_of(Looks(seen_as(0.4), seen_as(0.999), seen_as(0.9999)))
    assert (best.value, best.share > CLEAR) == ("9", True)


def test_doubt_at_every_size_stays_doubt() -> None:
    best = best_of(Looks(seen_as(0.9), seen_as(0.9), seen_as(0.9)))
    assert best.share == pytest.approx(0.9)


def test_sizes_that_contradict_each_other_leave_doubt() -> None:
    best = best_of(Looks(seen_as(0.96), seen_as(0.04), seen_as(0.5)))
    assert best.share < 0.6


def test_what_no_size_shows_counts_as_well() -> None:
    vague = replace(seen_as(0.9), fit=2.0)
    best = best_of(Looks(vague, None, vague))
    assert best.share < 0.2


def test_a_strip_that_shows_something_else_is_looked_at_once() -> None:
    looks = Looks(seen_as(0.5, fit=POOREST - 1), None, None)
    best_of(looks)
    assert len(looks.left) == 2


def test_nothing_seen_is_nothing() -> None:
    assert best_sighting(LINES, Looks(None), str) is None
