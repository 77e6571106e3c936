"""What the network sees in a line, and a second look at what it is not sure of."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import numpy as np

from device.reader.front.line_words import log_likelihoods
from device.reader.front.strips import PartStrips, Strip

T = TypeVar("T", bound=Hashable)

CLEAR = 0.97
"""Probability above which the network is believed, given more pictures, though no engine reads
anything."""
_FIRM = 0.999
"""The same where a scratch runs through it, which the network sees, but not what it hides."""
POOREST = -12.0
"""Logarithm of the probability below which a strip holds something else.

It is low, for mirrored light may hide an era's name.
"""
_LEAST_SHARE = 1e-9
_PAPER_TO_INK = (0.0, 0.5, 1.0)
"""Share of the darkest print."""


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
    is_damaged: bool = False
    """Whether a scratch runs through it, which may have made another value of it."""
    is_firm: bool = False
    """Whether it is damaged, and yet the same in every size and whatever the damage hides."""

    @property
    def is_clear(self) -> bool:
        """Whether the network is believed, given more pictures."""
        return self.is_firm if self.is_damaged else self.share > CLEAR


Look = Callable[[Sequence[Strip]], Sighting[T] | None]
"""Finds the field in the strips of one part."""


def best_sighting(
    part: PartStrips,
    look: Look[T],
    words_of: Callable[[T], str],
    is_damaged: Callable[[Sighting[T]], bool],
) -> Sighting[T] | None:
    """What a part shows, looked at in several sizes where the first leaves doubt or is damaged.

    Half of what the network doubts at one size it knows at the next, a little larger or smaller.
    Where it does not, the first look counts, as doubtful as it was.

    Args:
        part: of the card.
        look: finds the field in its strips.
        words_of: the field as it is printed.
        is_damaged: whether a scratch runs through what was seen.

    Returns:
        None where no strip shows the field.
    """
    first = look(part.strips)
    if first is None or first.fit < POOREST:
        return None
    may_be_another = is_damaged(first)
    if first.share > CLEAR and not may_be_another:
        return first
    others = map(look, part.strips_at_other_sizes)
    together = _together([first, *(other for other in others if other is not None)], words_of)
    best = together if together.share > CLEAR else first
    if not may_be_another:
        return best
    is_firm = together.share > _FIRM and _holds_whatever_is_hidden(together, look)
    return replace(best, is_damaged=True, is_firm=is_firm)


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


def _holds_whatever_is_hidden(seen: Sighting[T], look: Look[T]) -> bool:
    """Whether the same value is the likeliest, whatever the scratches may hide.

    What a scratch leaves of a digit can be another one to the network and to any engine.
    """
    parts = map(seen.strip.with_scratches_as, _PAPER_TO_INK)
    others = (look(part.strips) for part in parts)
    return all(other is not None and other.value == seen.value for other in others)
