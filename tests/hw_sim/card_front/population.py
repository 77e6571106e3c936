"""The population for which a figure of the reader is stated.

Fronts of My Number cards lying alone on the tray, of any holder and wear, 30 % seen in EASY, 50 %
in ORDINARY and 20 % in HARD conditions. A laying of which a person could not read some field in
any of its pictures stays in the population and is counted apart (`laying.is_readable`).

Its holders are born from 1926 on, so that of 大正 there is only its last year. Of the years before,
fewer than one in a thousand of Japan's people are left (aged 100 or more: 99,763; 厚生労働省,
September 2025), of 明治 a handful at most: too few to move the figure, enough to be read. They are
layings of their own, by `laying_of(…, holders=sample_oldest)`; a test reads some of both eras.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tests.hw_sim.card_front.holders import sample_profile
from tests.hw_sim.card_front.laying import Holders, Laying, Subject, sample_laying
from tests.hw_sim.card_front.sample_shot import Difficulty, sample_shot

_DIFFICULTY_SHARES = (0.3, 0.5, 0.2)
_OTHERS = (
    Subject.BACK,
    Subject.FRONT_IN_SLEEVE,
    Subject.BACK_IN_SLEEVE,
    Subject.SEVERAL,
    Subject.EMPTY,
    Subject.IN_CASE,
)


def fronts(count: int, seed: int) -> Iterator[tuple[Difficulty, Laying]]:
    """The layings of the stated figure.

    Args:
        count: how many.
        seed: the same seed gives the same layings, whatever the count.
    """
    for number in range(count):
        yield laying_of(number, seed, Subject.FRONT)


def mixture(count: int, seed: int) -> Iterator[tuple[Difficulty, Laying]]:
    """Fronts, and among every eight layings one of something else."""
    for number in range(count):
        is_other = number % 8 == 7
        subject = _OTHERS[number // 8 % len(_OTHERS)] if is_other else Subject.FRONT
        yield laying_of(number, seed, subject)


def laying_of(
    number: int, seed: int, subject: Subject, holders: Holders = sample_profile
) -> tuple[Difficulty, Laying]:
    """One laying by its number, so that a part of the population can be made alone."""
    rng = np.random.default_rng([seed, 6, number])
    difficulty = tuple(Difficulty)[int(rng.choice(3, p=_DIFFICULTY_SHARES))]
    return difficulty, sample_laying(rng, difficulty, subject, holders)


def laid_again(laying: Laying, difficulty: Difficulty, number: int, seed: int) -> Laying:
    """The same card taken up and laid once more in conditions as difficult as before."""
    rng = np.random.default_rng([seed, 7, number])
    return replace(laying, shot=sample_shot(rng, difficulty), seed=int(rng.integers(2**31)))
