"""Weighs what the network sees against what an engine reads in the same strip."""

from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from device.reader.front.agreement import ALONE, DAMAGED, DOUBTFUL, SURE, Weight
from device.reader.front.sighting import CLEAR, Sighting

T = TypeVar("T", bound=Hashable)

_POOREST_ALONE = -5.0
"""`POOREST` where no engine sees the digits as well."""
_GUESSED = 0.6
"""Probability below which the network does not know."""


def weighed(seen: Sighting[T], engine: T | None) -> Iterator[tuple[T, Weight]]:
    """Values and what they weigh.

    Args:
        seen: by the network.
        engine: what an engine reads in that strip; None: nothing that could be the field.
    """
    if seen.share < _GUESSED:
        return
    if engine == seen.value:
        yield seen.value, SURE if seen.share > CLEAR else DOUBTFUL
        return
    if seen.fit < _POOREST_ALONE:
        return
    yield seen.value, ALONE if engine is None and seen.share > CLEAR else DOUBTFUL
    if engine is not None:
        yield engine, DOUBTFUL


def doubted(
    seen: Sighting[T], engine: T | None, is_firm: Callable[[Sighting[T]], bool]
) -> Iterator[tuple[T, Weight]]:
    """What a damaged line shows and what that weighs: above all it speaks against all else.

    Args:
        seen: by the network.
        engine: what an engine reads in that strip; None: nothing that could be the field.
        is_firm: whether it stands there whatever the damage hides; asked where all agree.
    """
    if seen.share < _GUESSED:
        return
    is_agreed = engine == seen.value and seen.share > CLEAR
    yield seen.value, DAMAGED if is_agreed and is_firm(seen) else DOUBTFUL
    if engine is not None and engine != seen.value:
        yield engine, DOUBTFUL
