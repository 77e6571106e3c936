"""One half of the judges chooses the shrinkage, the other half says what it is worth.

The guard is for people unlike those who teach the axes: strangers of other pictures choose it, none
of whom judges. The axes are cross-fitted besides: half of the strangers teach them, the other half
are impostors. So no figure of the judges comes from anybody who had a part in what it measures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.face.decision import Condition, Metric, Space
from device.face.evaluate.groups import Person
from device.face.evaluate.impostors import trials_among
from device.face.evaluate.pairs import Pair, people_in, trials_of
from device.face.evaluate.rates import Trials, score_at
from device.face.port import Values
from device.factory.bundle.learning import ADULTS, Half, cross_fitted, joined

SHRINKAGES = (0.2, 0.5, 1.0)
GUARDS = tuple(hundredths / 100 for hundredths in range(65, 49, -1))
"""Largest plain distances of a match, the loosest first."""
_CHOSEN_AT = 1e-3
"""The FMR at which a shrinkage is chosen: at smaller ones a few strangers decide."""
_SHIPPED_AT = 1e-4
"""The FMR of the threshold that ships."""
_MOST_FOREIGN = 1e-3
"""At that threshold so many strangers of another population may match."""
_DRAWS = 1000
_INTERVAL = (5, 95)
"""Percentiles."""

Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Material:
    """All embeddings that are needed."""

    pairs: Sequence[Pair]
    """Genuine ones."""
    judges: Mapping[str, Values]
    """Embeddings of their pictures."""
    strangers: Sequence[Person]
    """Whoever shows a face; no copies."""
    embeddings: Mapping[str, Values]
    """Of the strangers."""
    foreign: Sequence[Person]
    """Strangers of another population, one picture each."""
    foreign_embeddings: Mapping[str, Values]
    is_guarded: bool
    """The bundle's rule has a guard, so one is chosen; `GUARDS` are distances of dlib's network."""


@dataclass(frozen=True, slots=True)
class Constants:
    """What is chosen."""

    shrinkage: float
    guard: float | None
    """None: no distance of the network keeps enough of them out."""

    @property
    def guards(self) -> list[Condition]:
        """What a match must fulfil besides."""
        if self.guard is None:
            return []
        return [Condition(Space.NETWORK, Metric.EUCLIDEAN, self.guard)]


@dataclass(frozen=True, slots=True)
class Judged:
    """Genuine pairs and how many impostors are as much alike as each."""

    shares: Shares
    """float64[N]: of the impostors; a pair is refused at every FMR below it."""
    people: NDArray[np.intp]
    """int[N]: whose pair it is."""

    def of(self, people: Sequence[int]) -> "Judged":
        """The pairs of some people only."""
        is_theirs = np.isin(self.people, people)
        return Judged(self.shares[is_theirs], self.people[is_theirs])

    @classmethod
    def all_of(cls, parts: Sequence["Judged"]) -> "Judged":
        """All of them together."""
        return cls(
            np.concatenate([part.shares for part in parts]),
            np.concatenate([part.people for part in parts]),
        )


def refused(fmr: float) -> Callable[[Shares, Shares], float]:
    """Share of genuine pairs that are refused at one false match rate."""
    return lambda shares, weights: float(weights[shares > fmr].sum() / weights.sum())


def equal_error(shares: Shares, weights: Shares) -> float:
    """Where as many genuine pairs are refused as impostors are accepted."""
    order = np.argsort(shares)
    rates = np.concatenate([[0.0], shares[order]])
    weighed = np.concatenate([[0.0], np.cumsum(weights[order])]) / weights.sum()
    accepted = weighed[np.searchsorted(shares[order], rates, side="right")]
    return float(np.maximum(rates, 1 - accepted).min())


def with_interval(
    rate: Callable[[Shares, Shares], float], judged: Judged
) -> tuple[float, float, float]:
    """A rate and the interval that holds 90 of 100 draws of people."""
    names, places = np.unique(judged.people, return_inverse=True)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(_DRAWS):
        counts = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        weights = counts[places].astype(np.float64)
        drawn.append(rate(judged.shares, weights))
    low, high = np.percentile(drawn, _INTERVAL)
    return rate(judged.shares, np.ones(len(judged.shares))), float(low), float(high)


def judged_by(material: Material, constants: Constants, *, within_sex: bool) -> Judged:
    """Every genuine pair beside the impostors, by axes that other strangers taught.

    Args:
        material: all embeddings.
        constants: of the calibration and the rule.
        within_sex: impostors are women with women and men with men.
    """
    halves = _halves(material, constants)
    people = people_in(material.pairs)
    impostors = joined(
        half.impostors_of(material.embeddings, ADULTS, sex)
        for half in halves
        for sex in (("f", "m") if within_sex else (None,))
    )
    if impostors is None:
        raise ValueError("there are no two adults")
    genuine = [
        trials_of(material.pairs, material.judges, material.judges, half.rule, people)
        for half in halves
    ]
    return Judged.all_of([Judged(_shares(g, impostors), g.people[:, 0]) for g in genuine])


def choose(material: Material, people: Sequence[int]) -> Constants:
    """The shrinkage that refuses fewest pairs of some of the judges; of equal ones the largest.

    And the guard that goes with it, which asks no judge.
    """
    by_shrinkage = {
        shrinkage: judged_by(material, Constants(shrinkage, None), within_sex=False)
        for shrinkage in SHRINKAGES
    }

    def cost(shrinkage: float) -> tuple[float, float]:
        theirs = by_shrinkage[shrinkage].of(people)
        return float((theirs.shares > _CHOSEN_AT).mean()), -shrinkage

    shrinkage = min(SHRINKAGES, key=cost)
    return Constants(shrinkage, guard_for(material, shrinkage) if material.is_guarded else None)


def guard_for(material: Material, shrinkage: float) -> float | None:
    """The loosest guard that keeps strangers of another population out; None: there is none."""
    candidates = (Constants(shrinkage, guard) for guard in GUARDS)
    return next((c.guard for c in candidates if foreign_rate(material, c) <= _MOST_FOREIGN), None)


def foreign_rate(material: Material, constants: Constants) -> float:
    """Share of pairs of another population that match, at a threshold found among the strangers."""
    rates = []
    for half in _halves(material, constants):
        impostors = half.impostors_of(material.embeddings, ADULTS)
        if impostors is None:
            raise ValueError("there are no two adults")
        above = score_at(impostors, _SHIPPED_AT)
        pairs = trials_among(material.foreign, material.foreign_embeddings, half.rule)
        rates.append(float((pairs.scores > above).mean()))
    return sum(rates) / len(rates)


def _halves(material: Material, constants: Constants) -> list[Half]:
    people, embeddings = material.strangers, material.embeddings
    return cross_fitted(people, embeddings, constants.guards, constants.shrinkage)


def crossed(material: Material, *, within_sex: bool) -> tuple[Judged, list[Constants]]:
    """All genuine pairs, each judged by constants that the other half of the people chose.

    Returns:
        The pairs, and what each half chose.
    """
    numbers = sorted(set(people_in(material.pairs).values()))
    halves = numbers[::2], numbers[1::2]
    chosen = [choose(material, half) for half in halves]
    judged = [
        judged_by(material, constants, within_sex=within_sex).of(half)
        for half, constants in zip(halves, reversed(chosen), strict=True)
    ]
    return Judged.all_of(judged), chosen


def _shares(genuine: Trials, impostors: Trials) -> Shares:
    at_least = np.searchsorted(-impostors.scores, -genuine.scores, side="right")
    return at_least / len(impostors)
