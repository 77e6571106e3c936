"""Learns from many people's embeddings how to tell them apart, and from which score on they match.

Thresholds are taken from people on whom the calibration was not learnt: half of them judge what the
other half taught, and the other way round (cross-fitting). Source: facts/face.md §6.10, §6.11.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from device.face.decision import Calibration, Condition, DecisionRule, Metric, Space
from device.face.evaluate.groups import ADULT, AGE_BANDS, Person
from device.face.evaluate.impostors import trials_among
from device.face.evaluate.rates import Rate, Trials, accept_rate, score_at
from device.face.evaluate.scores import threshold_above
from device.face.port import Values
from device.factory.errors import CalibrationError

SHRINKAGE = 1.0
"""Of the mean variance, added to each: what hardly varies is noise and must not be blown up."""
_LEAST_PEOPLE_A_VALUE = 4
"""An axis cannot be told from fewer."""
_FMRS = (1e-3, 1e-4)
ADULTS = next(band for band in AGE_BANDS if band[0] == ADULT)
"""The age band for which thresholds are found."""
_LEAST_FALSE_MATCHES = 10
"""Among the impostors' pairs, for a threshold that means something."""
_RANKING = Condition(Space.CALIBRATED, Metric.COSINE, 0.5)
"""Its threshold is not used."""


@dataclass(frozen=True, slots=True)
class FoundThreshold:
    """A cosine in calibrated space, and whom it lets through."""

    fmr: float
    """Asked for, among adults."""
    value: float
    """Smallest cosine of a match."""
    people: int
    """Adults on whom it was found."""
    bands: dict[tuple[int, int], Rate]
    """False matches of each age band; of people on whom the calibration was not learnt."""
    within_sex: Rate | None
    """The same of adults, women with women and men with men; None: there are too few."""


def learn(embeddings: Values, shrinkage: float = SHRINKAGE) -> tuple[Values, Values]:
    """Centre and projection, as `Calibration` has them.

    Args:
        embeddings: float32[N, L], one a person.
        shrinkage: share of the mean variance that is added to each axis.

    Raises:
        CalibrationError: if there are too few people.
    """
    count, length = embeddings.shape
    if count < _LEAST_PEOPLE_A_VALUE * length:
        raise CalibrationError(
            f"{_LEAST_PEOPLE_A_VALUE * length} people with a face are needed, there are {count}"
        )
    centre = embeddings.mean(axis=0, dtype=np.float64)
    covariance = np.cov((embeddings - centre).T)
    variances, axes = np.linalg.eigh(covariance)
    if variances.mean() <= 0 or not np.isfinite(variances).all():
        raise CalibrationError("all pictures give the same values")
    projection = axes / np.sqrt(np.maximum(variances, 0) + shrinkage * variances.mean())
    return centre.astype(np.float32), projection.astype(np.float32)


def one_each(people: Sequence[Person], embeddings: Mapping[str, Values]) -> Values:
    """The mean embedding of everybody who shows a face, float32[N, L]: all weigh the same."""
    pictures: dict[str, list[Values]] = {}
    for person in people:
        if person.path in embeddings:
            pictures.setdefault(person.identity, []).append(embeddings[person.path])
    return np.stack([np.mean(values, axis=0, dtype=np.float32) for values in pictures.values()])


def find_thresholds(
    people: Sequence[Person], embeddings: Mapping[str, Values], guards: Sequence[Condition]
) -> list[FoundThreshold]:
    """Thresholds for stated false match rates of adults.

    Args:
        people: those who are to be told apart; all ages; several pictures of some.
        embeddings: of the network, by the picture's path.
        guards: the conditions a match must fulfil besides.

    Raises:
        CalibrationError: if there are too few people to tell.
    """
    known = [person for person in people if person.path in embeddings]
    halves = cross_fitted(known, embeddings, guards)
    bands = {
        band: joined(half.impostors_of(embeddings, band) for half in halves) for band in AGE_BANDS
    }
    within_sex = joined(
        half.impostors_of(embeddings, ADULTS, sex) for half in halves for sex in ("f", "m")
    )
    return list(_thresholds(bands, within_sex))


def _thresholds(
    bands: Mapping[tuple[int, int], Trials | None], within_sex: Trials | None
) -> Iterator[FoundThreshold]:
    judged = bands[ADULTS]
    for fmr in _FMRS:
        if judged is None or fmr * judged.people_pairs_count < _LEAST_FALSE_MATCHES:
            raise CalibrationError(f"too few adults to find a threshold for an FMR of {fmr:.0e}")
        value = threshold_above(score_at(judged, fmr), _RANKING)
        if value is None or not 0 < value < 1:
            raise CalibrationError("the guards, or two pictures of one person, leave no threshold")
        rates = {band: accept_rate(trials, value) for band, trials in bands.items() if trials}
        of_one_sex = None if within_sex is None else accept_rate(within_sex, value)
        yield FoundThreshold(fmr, value, judged.people_count, rates, of_one_sex)


@dataclass(frozen=True, slots=True)
class Half:
    """Half of all people, and the rule that the other half taught."""

    people: list[Person]
    """Who are judged."""
    rule: DecisionRule
    """The threshold of its last condition means nothing."""

    def impostors_of(
        self, embeddings: Mapping[str, Values], band: tuple[int, int], sex: str | None = None
    ) -> Trials | None:
        """All pairs of two people of one age band, or also of one sex; None: there are none."""
        chosen = [
            person
            for person in self.people
            if person.age_band == band and sex in (None, person.sex)
        ]
        if len({person.identity for person in chosen}) < 2:
            return None
        return trials_among(chosen, embeddings, self.rule)


def cross_fitted(
    people: Sequence[Person],
    embeddings: Mapping[str, Values],
    guards: Sequence[Condition],
    shrinkage: float = SHRINKAGE,
) -> list[Half]:
    """Splits people so that nobody is judged by what they taught.

    Args:
        people: who show a face.
        embeddings: of the network, by the picture's path.
        guards: the conditions a match must fulfil besides.
        shrinkage: as in `learn`.
    """
    identities = sorted({person.identity for person in people})
    halves = [
        [person for person in people if person.identity in half]
        for half in (set(identities[::2]), set(identities[1::2]))
    ]
    return [
        Half(judged, DecisionRule((*guards, _RANKING), _learnt(taught, embeddings, shrinkage)))
        for judged, taught in (halves, reversed(halves))
    ]


def _learnt(
    people: Sequence[Person], embeddings: Mapping[str, Values], shrinkage: float
) -> Calibration:
    return Calibration("half", "half", *learn(one_each(people, embeddings), shrinkage))


def joined(sets: Iterable[Trials | None]) -> Trials | None:
    """Trials among people of different sets: nobody is in two. None: all sets are missing."""
    whole: Trials | None = None
    for each in sets:
        if whole is None or each is None:
            whole = each if whole is None else whole
            continue
        other = each.of_other_people_than(whole)
        whole = Trials.of(
            np.concatenate([whole.scores, other.scores]),
            np.concatenate([whole.people, other.people]),
        )
    return whole
