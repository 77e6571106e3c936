"""The population for which a figure of the reader is stated.

Fronts of My Number cards lying alone on the tray, of any holder and wear, 30 % seen in EASY, 50 %
in ORDINARY and 20 % in HARD conditions. A laying of which a person could not read some field in
any of its pictures stays in the population and is counted apart (`laying.is_readable`).
"""

from collections.abc import Iterator

import numpy as np

from tests.hw_sim.card_front.laying import Laying, Subject, sample_laying
from tests.hw_sim.card_front.sample_shot import Difficulty

_DIFFICULTY_SHARES = (0.3, 0.5, 0.2)
_OTHERS = (
    Subject.BACK,
    Subject.FRONT_IN_SLEEVE,
    Subject.BACK_IN_SLEEVE,
    Subject.SEVERAL,
    Subject.EMPTY,
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


def laying_of(number: int, seed: int, subject: Subject) -> tuple[Difficulty, Laying]:
    """One laying by its number, so that a part of the population can be made alone."""
    rng = np.random.default_rng([seed, 6, number])
    difficulty = tuple(Difficulty)[int(rng.choice(3, p=_DIFFICULTY_SHARES))]
    return difficulty, sample_laying(rng, difficulty, subject)
