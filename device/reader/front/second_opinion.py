"""Weighs what the network sees against what an engine reads in the same strip."""

from collections.abc import Hashable, Iterator
from typing import TypeVar

from device.reader.front.agreement import ALONE, DAMAGED, DOUBTFUL, SURE, Weight
from device.reader.front.sighting import Sighting

T = TypeVar("T", bound=Hashable)

_POOREST_ALONE = -5.0
"""`POOREST` where no engine sees the digits as well."""
_GUESSED = 0.6
"""Probability below which the network does not know."""


def weighed(seen: Sighting[T], engine: T | None) -> Iterator[tuple[T, Weight]]:
    """Values and what they weigh; what is damaged speaks above all against all else.

    Args:
        seen: by the network.
        engine: what an engine reads in that strip; None: nothing that could be the field.
    """
    if seen.share < _GUESSED:
        return
    if engine == seen.value:
        agreed = DAMAGED if seen.is_damaged else SURE
        yield seen.value, agreed if seen.is_clear else DOUBTFUL
    elif seen.is_damaged or seen.fit >= _POOREST_ALONE:
        is_alone = engine is None and seen.is_clear and not seen.is_damaged
        yield seen.value, ALONE if is_alone else DOUBTFUL
        if engine is not None:
            yield engine, DOUBTFUL
