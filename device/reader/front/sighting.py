"""What the network sees in a line, and a second look at what it is not sure of."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Generic, TypeVar

import numpy as np

from device.reader.front.line_words import log_likelihoods
from device.reader.front.strips import PartStrips, Strip

T = TypeVar("T", bound=Hashable)

CLEAR = 0.97
"""Probability above which the network is believed, given more pictures, though no engine reads
anything."""
FIRM = 0.997
"""Probability above which it needs no more pictures than two; where something may be hidden, it
must be so in the mean of all sizes."""
POOREST = -12.0
"""Logarithm of the probability below which a strip holds something else.

It is low, for mirrored light may hide an era's name.
"""
_LEAST_SHARE = 1e-9
_PAPER_TO_INK = (0.0, 0.5, 1.0)
"""Share of the darkest print."""
_LIKELY = 0.7
"""Probability a value keeps whatever is hidden; one made by a scratch loses more."""


class Damage(Enum):
    """Of digits that may be hidden in part: what is left of one can be another one to anybody."""

    NONE = auto()
    """Nothing is hidden."""
    BORNE = auto()
    """The same stands there in every size, whatever is hidden."""
    UNBORNE = auto()
    """It may be another."""


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
    damage: Damage = Damage.NONE
    """Of its digits."""

    @property
    def is_clear(self) -> bool:
        """Whether the network is believed, given more pictures, though no engine reads anything."""
        return self.damage is Damage.NONE and self.share > CLEAR


Look = Callable[[Sequence[Strip]], Sighting[T] | None]
"""Finds the field in the strips of one part."""


def best_sighting(
    part: PartStrips,
    look: Look[T],
    words_of: Callable[[T], str],
    is_hit: Callable[[Sighting[T]], bool],
) -> Sighting[T] | None:
    """What a part shows, looked at in several sizes where the first leaves doubt or may be hidden.

    Half of what the network doubts at one size it knows at the next, a little larger or smaller.
    Where it does not, the first look counts, as doubtful as it was.

    Args:
        part: of the card.
        look: finds the field in its strips.
        words_of: the field as it is printed.
        is_hit: whether something of what was seen may be hidden.

    Returns:
        None where no strip shows the field.
    """
    first = look(part.strips)
    if first is None or first.fit < POOREST:
        return None
    if first.share > CLEAR and not is_hit(first):
        return first
    looks = [first, *map(look, part.strips_at_other_sizes)]
    seen = [each for each in looks if each is not None]
    together = _together(seen, words_of)
    best = together if together.share > CLEAR else first
    if not any(map(is_hit, seen)):
        return best
    is_borne = (
        together.share > FIRM
        and all(_shows(each, together.value) for each in looks)
        and _is_likely_whatever_is_hidden(together, look)
    )
    return replace(best, damage=Damage.BORNE if is_borne else Damage.UNBORNE)


def _is_likely_whatever_is_hidden(seen: Sighting[T], look: Look[T]) -> bool:
    painted = (look(seen.strip.with_hidden_as(share).strips) for share in _PAPER_TO_INK)
    return all(_shows(each, seen.value, _LIKELY) for each in painted)


def _shows(seen: Sighting[T] | None, value: T, least_share: float = 0.0) -> bool:
    if seen is None or seen.fit < POOREST:
        return False
    return seen.value == value and seen.share > least_share


def _together(sightings: Sequence[Sighting[T]], words_of: Callable[[T], str]) -> Sighting[T]:
    """The value with the greatest probability in the geometric mean, and that probability."""
    values = list(dict.fromkeys(seen.value for seen in sightings))
    shares = np.array([[_share(seen, value, words_of) for value in values] for seen in sightings])
    left = np.maximum(_LEAST_SHARE, 1 - shares.sum(axis=1))
    means = np.exp(np.log(np.column_stack([shares, left])).mean(axis=0))
    best = int(means[:-1].argmax())
    share = float(means[best] / means.sum())
    return replace(next(seen for seen in sightings if seen.value == values[best]), share=share)


def _share(seen: Sighting[T], value: T, words_of: Callable[[T], str]) -> float:
    if value == seen.value:
        return seen.share
    (each,) = log_likelihoods(seen.strip.answers, [words_of(value)])
    return float(np.exp(np.clip(each - seen.fit, np.log(_LEAST_SHARE), 0)))
