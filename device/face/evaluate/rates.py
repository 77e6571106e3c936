"""Error rates of scores, and how sure they are (terms of ISO/IEC 19795-1).

Pairs of one person are no independent trials: intervals come from drawing people, not pairs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.face.evaluate.scores import Scores

Places = NDArray[np.intp]
Weights = NDArray[np.float64]

_DRAWS = 200
_UNSEEN = {95: 3.0, 90: 2.3}
"""By the interval's percentage: what is seen less often a person stays unseen by chance (-ln of the
rest; the first is the rule of three)."""


@dataclass(frozen=True, slots=True)
class Trials:
    """Comparisons of pictures whose people are known, the most alike first."""

    scores: Scores
    """float64[N], falling."""
    people: Places
    """intp[N, 2]: whose pictures were compared."""

    @classmethod
    def of(cls, scores: Scores, people: Places) -> "Trials":
        """Sorts them."""
        order = np.argsort(-scores, kind="stable")
        return cls(scores[order], people[order])

    @property
    def people_count(self) -> int:
        """Different people among them."""
        return len(np.unique(self.people))

    @property
    def people_pairs_count(self) -> int:
        """Different pairs of people among them: further pictures of them are no further people."""
        return len(np.unique(np.sort(self.people, axis=1), axis=0))

    def of_other_people_than(self, others: "Trials") -> "Trials":
        """The same, with numbers that no person of the others has."""
        return Trials(self.scores, self.people + 1 + int(others.people.max(initial=0)))

    def __len__(self) -> int:
        """How many."""
        return len(self.scores)


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure, and intervals of 95 % and 90 % by drawing people.

    Where nobody, or everybody, is in error a draw tells nothing: there an interval ends at three,
    or 2.3, in as many people (rule of three).
    """

    value: float
    """As measured, 0..1."""
    low: float
    """Lower end of the interval of 95 %."""
    high: float
    """Its upper end."""
    low_90: float
    """Lower end of the interval of 90 %."""
    high_90: float
    """Its upper end."""

    @property
    def rest(self) -> "Rate":
        """The share of all others."""
        return Rate(1 - self.value, 1 - self.high, 1 - self.low, 1 - self.high_90, 1 - self.low_90)


def equal_error_rate(genuine: Trials, impostors: Trials) -> Rate:
    """Where as many genuine pairs are refused as impostors are accepted."""
    # With the first i genuine pairs accepted, the threshold lies anywhere between the last of them
    # and the next one; impostors accepted then are from so many to so many.
    at_least = np.searchsorted(-impostors.scores, -genuine.scores, side="right")
    more_than = np.searchsorted(-impostors.scores, -genuine.scores, side="left")
    fewest = np.concatenate([[0], at_least])
    most = np.concatenate([more_than, [len(impostors)]])

    def errors(weights: Weights, other_weights: Weights) -> float:
        refused = 1 - np.concatenate([[0.0], np.cumsum(weights)]) / weights.sum()
        accepted = np.concatenate([[0.0], np.cumsum(other_weights)]) / other_weights.sum()
        nearest = np.clip(refused, accepted[fewest], accepted[most])
        best = int(np.abs(refused - nearest).argmin())
        return float((refused[best] + nearest[best]) / 2)

    return _with_interval(errors, [genuine, impostors])


def true_accept_rate(genuine: Trials, impostors: Trials, far: float) -> Rate | None:
    """Share of genuine pairs accepted where impostors are accepted at a rate of at most `far`.

    Returns:
        None where there are too few impostors to tell.
    """
    if far * len(impostors) < 1:
        return None

    def accepted(weights: Weights, other_weights: Weights) -> float:
        least = _score_above(impostors.scores, other_weights, far)
        count = np.searchsorted(-genuine.scores, -least, side="left")
        return float(weights[:count].sum() / weights.sum())

    return _with_interval(accepted, [genuine, impostors])


def score_at(impostors: Trials, far: float) -> float:
    """The score that impostors exceed at a rate of at most `far`; more than it is a match."""
    return _score_above(impostors.scores, np.ones(len(impostors)), far)


def accept_rate(trials: Trials, least: float) -> Rate:
    """Share of trials that score at least so much."""
    count = np.searchsorted(-trials.scores, -least, side="right")

    def accepted(weights: Weights) -> float:
        return float(weights[:count].sum() / weights.sum())

    return _with_interval(accepted, [trials])


def _score_above(scores: Scores, weights: Weights, far: float) -> float:
    shares = np.cumsum(weights) / weights.sum()
    first_too_many = int(np.searchsorted(shares, far * (1 + 1e-9), side="right"))
    return float(scores[min(first_too_many, len(scores) - 1)])


def _with_interval(rate: Callable[..., float], sets: Sequence[Trials]) -> Rate:
    everybody = 1 + max(int(trials.people.max(initial=0)) for trials in sets)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(_DRAWS):
        counts = np.bincount(rng.integers(0, everybody, everybody), minlength=everybody)
        weights = [_weights(trials, counts) for trials in sets]
        if all(each.sum() > 0 for each in weights):
            drawn.append(rate(*weights))
    value = rate(*(np.ones(len(trials)) for trials in sets))
    people = min(trials.people_count for trials in sets)
    return Rate(value, *_interval(95, drawn, value, people), *_interval(90, drawn, value, people))


def _interval(
    percent: int, drawn: Sequence[float], value: float, people: int
) -> tuple[float, float]:
    outside = (100 - percent) / 2
    low, high = np.percentile(drawn, (outside, 100 - outside)) if drawn else (0.0, 1.0)
    unseen = min(1.0, _UNSEEN[percent] / people)
    if value == 0.0:
        return 0.0, max(float(high), unseen)
    if value == 1.0:
        return min(float(low), 1 - unseen), 1.0
    return float(low), float(high)


def _weights(trials: Trials, counts: Places) -> Weights:
    """A pair of one person counts as often as that person, others as often as they meet."""
    first, second = trials.people.T
    both = np.where(first == second, counts[first], counts[first] * counts[second])
    return both.astype(np.float64)
