"""What the answers along a line say: the likeliest words, and how likely any words are.

Source: A. Graves et al., "Connectionist Temporal Classification", ICML 2006, sections 3.2 and 4.1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from device.reader.front.line_net import DIGITS, SIGNS, LogShares

_NEVER = -1e9
_DIGITS_SIDE = 0.36
"""Share of the way from a digit to the kanji beside it, which is twice as wide, to the white."""
_ALONE = 4.0
"""Answers beside a number with no neighbour."""


@dataclass(frozen=True, slots=True)
class Number:
    """Digits that stand beside each other."""

    digits: str = field(repr=False)
    """At least one."""
    left: float
    """Where it begins, in answers from the left: between it and the sign before."""
    right: float
    """Where it ends."""


def likeliest_words(answers: LogShares) -> str:
    """The words along the best path."""
    return "".join(sign for sign, _, _ in _likeliest_signs(answers))


def extent_of(answers: LogShares) -> tuple[int, int]:
    """The first and the last answer that shows a sign; the whole line where none does."""
    seen = np.flatnonzero(answers.argmax(axis=1))
    return (int(seen[0]), int(seen[-1])) if seen.size else (0, len(answers) - 1)


def numbers_in(answers: LogShares) -> list[Number]:
    """The numbers along the best path, from left to right."""
    signs = list(_likeliest_signs(answers))
    found = []
    for is_digit, group in groupby(range(len(signs)), lambda n: signs[n][0].isascii()):
        places = list(group)
        if is_digit:
            first, last = places[0], places[-1]
            begin, end = signs[first][1], signs[last][2] + 1.0
            before = signs[first - 1][2] + 1.0 if first else begin - _ALONE
            after = signs[last + 1][1] if last + 1 < len(signs) else end + _ALONE
            digits = "".join(signs[n][0] for n in places)
            left = begin - _DIGITS_SIDE * (begin - before)
            found.append(Number(digits, left, end + _DIGITS_SIDE * (after - end)))
    return found


def _likeliest_signs(answers: LogShares) -> Iterator[tuple[str, int, int]]:
    """Each sign with the first and the last answer that shows it."""
    at = 0
    for answer, group in groupby(answers.argmax(axis=1).tolist()):
        count = len(list(group))
        if answer:
            yield SIGNS[answer - 1], at, at + count - 1
        at += count


def log_likelihoods(answers: LogShares, words: Sequence[str]) -> NDArray[np.float64]:
    """Logarithm of the probability of each of the words, over all ways to stand in the line.

    Args:
        answers: of one line.
        words: each of SIGNS alone.

    Returns:
        `float64[len(words)]`, at most 0; over all words that could be there they add up to 1.
    """
    path, ends = _paths(words)
    # No answer stands between two equal signs by itself.
    may_skip = np.zeros(path.shape, bool)
    may_skip[:, 2:] = (path[:, 2:] > 0) & (path[:, 2:] != path[:, :-2])
    reached = np.full(path.shape, _NEVER)
    reached[:, :2] = answers[0][path[:, :2]]
    for answer in answers[1:]:
        stepped = reached.copy()
        stepped[:, 1:] = np.logaddexp(stepped[:, 1:], reached[:, :-1])
        skipped = np.where(may_skip[:, 2:], reached[:, :-2], _NEVER)
        stepped[:, 2:] = np.logaddexp(stepped[:, 2:], skipped)
        reached = stepped + answer[path]
    rows = np.arange(len(words))
    return np.asarray(np.logaddexp(reached[rows, ends], reached[rows, ends - 1]), np.float64)


def log_likelihood_of_digits(answers: LogShares, count: int) -> float:
    """Logarithm of the probability that exactly so many digits, and nothing else, are there."""
    # By digits begun so far: with the last one still going on, and with no sign since.
    going, ended = np.zeros((count + 1, len(DIGITS))), np.zeros(count + 1)
    ended[0] = 1.0
    for step in np.exp(answers[:, : 1 + len(DIGITS)]):
        others = going.sum(axis=1, keepdims=True) - going
        begun = np.zeros_like(going)
        begun[1:] = others[:-1] + ended[:-1, None]
        ended = step[0] * (ended + going.sum(axis=1))
        going = step[1:] * (going + begun)
    total = float(ended[count] + going[count].sum())
    return float(np.log(total)) if total else -np.inf


def _paths(words: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Every sign with no sign before, between and after; and where each word's path ends."""
    lengths = np.array([len(word) for word in words])
    path = np.zeros((len(words), 2 * int(lengths.max()) + 1), np.intp)
    for row, word in enumerate(words):
        path[row, 1 : 2 * len(word) : 2] = [SIGNS.index(sign) + 1 for sign in word]
    return path, 2 * lengths
