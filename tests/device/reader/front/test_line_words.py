from itertools import product

import numpy as np
import pytest

from device.reader.front.line_net import SIGNS, LogShares
from device.reader.front.line_words import (
    extent_of,
    likeliest_words,
    log_likelihood_of_digits,
    log_likelihoods,
    numbers_in,
)


def answers(*steps: dict[str, float]) -> LogShares:
    """Of a network that is asked about each step; what is left over is no sign."""
    shares = np.full((len(steps), 1 + len(SIGNS)), 1e-30)
    for row, step in zip(shares, steps, strict=True):
        for sign, share in step.items():
            row[SIGNS.index(sign) + 1] = share
        row[0] = max(1e-30, 1 - sum(step.values()))
    return np.asarray(np.log(shares), np.float64)


def seen(words: str) -> LogShares:
    """Every sign of the words for certain; a blank is no sign."""
    return answers(*({} if sign == " " else {sign: 1.0} for sign in words))


UNCERTAIN = answers({"1": 0.6, "7": 0.3}, {"1": 0.5}, {"1": 0.2, "4": 0.4}, {"4": 0.9})


def added_up(line: LogShares, words: str) -> float:
    """Every path spelt out, as the definition has it."""
    total = 0.0
    for path in product(range(line.shape[1]), repeat=len(line)):
        shares = float(np.exp(sum(line[step, sign] for step, sign in enumerate(path))))
        if shares < 1e-12:
            continue
        kept = [s for n, s in enumerate(path) if s and (n == 0 or path[n - 1] != s)]
        if "".join(SIGNS[s - 1] for s in kept) == words:
            total += shares
    return total


def few_signs(line: LogShares) -> LogShares:
    """The same with the signs 0 to 7 only, which the sum over all paths can go through."""
    return line[:, :9]


@pytest.mark.parametrize("words", ["14", "1", "4", "114", "74", "7", "71"])
def test_the_likelihood_is_the_sum_over_all_paths(words: str) -> None:
    likelihood = np.exp(log_likelihoods(UNCERTAIN, [words])[0])
    assert likelihood == pytest.approx(added_up(few_signs(UNCERTAIN), words), rel=1e-6)


def test_words_of_different_lengths_are_weighed_at_once() -> None:
    words = ["14", "1", "114"]
    alone = [log_likelihoods(UNCERTAIN, [word])[0] for word in words]
    assert log_likelihoods(UNCERTAIN, words) == pytest.approx(alone)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_likelihood_of_any_digits_is_the_sum_over_all_of_them(count: int) -> None:
    every = ["".join(digits) for digits in product("0123456789", repeat=count)]
    total = np.logaddexp.reduce(log_likelihoods(UNCERTAIN, every))
    assert log_likelihood_of_digits(UNCERTAIN, count) == pytest.approx(total, rel=1e-6)


def test_no_digits_are_impossible_where_none_can_stand() -> None:
    assert log_likelihood_of_digits(seen("1 1"), 7) == -np.inf


def test_equal_signs_need_something_between_them() -> None:
    assert np.exp(log_likelihoods(seen("11"), ["11"])[0]) < 1e-20
    assert np.exp(log_likelihoods(seen("1 1"), ["11"])[0]) == pytest.approx(1)


def test_likeliest_words() -> None:
    assert likeliest_words(seen("  昭昭和 33 3年  ")) == "昭和33年"
    assert likeliest_words(seen("   ")) == ""


def test_numbers_and_where_they_stand() -> None:
    numbers = numbers_in(seen("昭和 5 5年1 1 1月7日"))
    assert [number.digits for number in numbers] == ["55", "111", "7"]
    year, month, day = numbers
    # Between the signs, nearer to the digits: kanji are twice as wide.
    assert 2.5 < year.left < 3
    assert 6 <= year.right < month.left <= 7
    assert month.right <= 13 <= day.left < day.right
    assert "55" not in repr(year)


def test_a_number_that_stands_alone_has_white_beside_it() -> None:
    (number,) = numbers_in(seen("     4 8 2 1     "))
    assert number.left < 5
    assert number.right > 12


def test_where_the_words_stand() -> None:
    assert extent_of(seen("   4 8 2 1   ")) == (3, 9)
    assert extent_of(seen("       ")) == (0, 6)
