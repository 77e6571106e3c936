"""What the network sees in a line, and a second look at what it is not sure of."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import numpy as np

from device.reader.front.line_words import log_likelihoods
from device.reader.front.strips import Lines, Strip

T = TypeVar("T", bound=Hashable)

CLEAR = 0.97
"""Probability above which the network is believed, given more pictures, though no engine reads
anything."""
POOREST = -12.0
"""Logarithm of the probability below which a strip holds something else."""
_LEAST_LEFT = 1e-9
"""Probability of everything that no look has seen."""


@dataclass(frozen=True, slots=True)
class Sighting(Generic[T]):
    """What the network sees in one strip."""

    value: T = field(repr=False)
    """The field."""
    share: float
    """Its probability among all values the field can have."""
    fit: float
    """Logarithm of the probability that the strip shows any of them."""
    strip: Strip = field(repr=False)
    """Where."""


Look = Callable[[Sequence[Strip]], Sighting[T] | None]
"""Finds the field in the strips of one part."""


def best_sighting(lines: Lines, look: Look[T], words_of: Callable[[T], str]) -> Sighting[T] | None:
    """What a part shows, looked at in several sizes where the first leaves doubt.

    Half of what the network doubts at one size it knows at the next, a little larger or smaller.

    Args:
        lines: of the part.
        look: finds the field in its strips.
        words_of: the field as it is printed.
    """
    first = look(lines.strips)
    if first is None or first.share > CLEAR or first.fit < POOREST:
        return first
    others = map(look, lines.strips_at_other_sizes)
    return _together([first, *(other for other in others if other is not None)], words_of)


def _together(sightings: Sequence[Sighting[T]], words_of: Callable[[T], str]) -> Sighting[T]:
    """The value with the greatest probability in the geometric mean, and that probability."""
    values = list(dict.fromkeys(sighting.value for sighting in sightings))
    words = [words_of(value) for value in values]
    each = [log_likelihoods(seen.strip.answers, words) - seen.fit for seen in sightings]
    shares = np.minimum(0.0, np.stack(each))
    left = np.log(np.maximum(_LEAST_LEFT, 1 - np.exp(shares).sum(axis=1)))
    means = np.append(shares.mean(axis=0), left.mean())
    best = int(means[:-1].argmax())
    share = float(np.exp(means[best] - np.logaddexp.reduce(means)))
    return replace(next(seen for seen in sightings if seen.value == values[best]), share=share)
