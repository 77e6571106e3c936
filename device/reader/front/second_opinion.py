"""Weighs what the network sees against what an engine reads in the same strip."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from device.reader.front.agreement import ALONE, DAMAGED, DOUBTFUL, SURE, Weight
from device.reader.front.strips import Strip

T = TypeVar("T", bound=Hashable)

_POOREST = -5.0
"""Logarithm of the probability below which the strip holds something else."""
_POOREST_BACKED = -12.0
"""The same where an engine sees the digits as well: mirrored light may hide an era's name."""
_GUESSED = 0.6
"""Probability below which the network does not know."""
_CLEAR = 0.97
"""Above which it is believed, given more pictures, though no engine reads anything."""


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


def weighed(seen: Sighting[T], engine: T | None) -> Iterator[tuple[T, Weight]]:
    """Values and what they weigh.

    Args:
        seen: by the network.
        engine: what an engine reads in that strip; None: nothing that could be the field.
    """
    if seen.share < _GUESSED:
        return
    if engine == seen.value:
        if seen.fit > _POOREST_BACKED:
            yield seen.value, SURE if seen.share > _CLEAR else DOUBTFUL
        return
    if seen.fit < _POOREST:
        return
    yield seen.value, ALONE if engine is None and seen.share > _CLEAR else DOUBTFUL
    if engine is not None:
        yield engine, DOUBTFUL


def doubted(seen: Sighting[T], engine: T | None) -> Iterator[tuple[T, Weight]]:
    """What a damaged line shows and what that weighs: above all it speaks against all else.

    A scratch may hide a whole digit, and the rest looks sound where the scratch is not seen. What
    it leaves of a digit looks like another one to the network or to an engine, hardly to both.

    Args:
        seen: by the network.
        engine: what an engine reads in that strip; None: nothing that could be the field.
    """
    if seen.share < _GUESSED:
        return
    is_agreed = engine == seen.value and seen.share > _CLEAR
    yield seen.value, DAMAGED if is_agreed else DOUBTFUL
    if engine is not None and engine != seen.value:
        yield engine, DOUBTFUL
