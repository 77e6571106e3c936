"""Weighs what the network sees against what an engine reads in the same strip."""

from collections.abc import Hashable, Iterator
from typing import TypeVar

from device.reader.front.agreement import DAMAGED, DOUBTFUL, LIKELY, SURE, Weight
from device.reader.front.sighting import FIRM, Damage, Sighting

T = TypeVar("T", bound=Hashable)

_POOREST_ALONE = -5.0
"""`POOREST` where no engine sees the digits as well."""
_GUESSED = 0.6
"""Probability below which the network does not know."""


def weighed(seen: Sighting[T], engine: T | None) -> Iterator[tuple[T, Weight]]:
    """Values and what they weigh; a damaged one may weigh little, but speaks against all else.

    Args:
        seen: by the network.
        engine: what an engine reads in that strip; None: nothing that could be the field.
    """
    if seen.share < _GUESSED:
        return
    if engine == seen.value:
        yield seen.value, _weight_of_agreed(seen)
    elif seen.damage is not Damage.NONE or seen.fit >= _POOREST_ALONE:
        yield seen.value, LIKELY if engine is None and seen.is_clear else DOUBTFUL
        if engine is not None:
            yield engine, DOUBTFUL


def _weight_of_agreed(seen: Sighting[T]) -> Weight:
    if seen.damage is Damage.BORNE:
        return DAMAGED
    if not seen.is_clear:
        return DOUBTFUL
    return SURE if seen.share > FIRM else LIKELY
