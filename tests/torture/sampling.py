"""Some of a known number of trials, evenly spread."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def sample(items: Iterable[Item], count: int, most: int, seed: int) -> Iterator[tuple[int, Item]]:
    """About `count` of the items with their numbers; one of them if `count` is 1.

    Args:
        items: all there are.
        count: `most` for all of them.
        most: so many there are at the most.
        seed: with a count of 1, the number of the item.
    """
    step = max(1, most // count)
    for number, item in enumerate(items):
        if number % step == seed % step:
            yield number, item


def told(count: int, most: int) -> str:
    """Whether that is all, in which case no bound by the rule of three is needed."""
    return "all there are" if count >= most else "a sample"
