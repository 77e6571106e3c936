"""When several readings of the same print are believed: a wrong code costs one of ten tries.

Source: facts/card.md §5 (two agreeing readings).
"""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Weight:
    """What one reading counts."""

    votes: int
    """For its value, and against every other."""
    certainty: int
    """Towards being believed: what is mistaken in a font is mistaken in every picture of it."""


SURE = Weight(6, 3)
"""Everything agrees."""
ALONE = Weight(3, 3)
"""Clear, but nothing backs it and nothing contradicts: it takes four of them."""
DAMAGED = Weight(2, 1)
"""Everything agrees on a damaged line, whatever the damage hides: alone it takes six of them."""
DOUBTFUL = Weight(2, 0)
"""A part is missing or disagrees."""
LEAD = 12
"""Votes: two sure readings from two pictures; more where there was doubt."""
_LEAST_CERTAINTY = 6
_DOUBTS_FOR_ONE = 8
"""Doubtful votes for each certain one more: of many guesses, some look certain by chance."""
_PENALTY = 5
"""How many readings it takes to outweigh one that says something else."""
_SILENT_FOR_ONE = 8
"""Pictures without a reading for each vote more: print that is hard to read is misread."""


class Ballot(Generic[T]):
    """Readings of one field in one picture after the other."""

    def __init__(self) -> None:
        self._votes: Counter[T] = Counter()
        self._certainty: Counter[T] = Counter()
        self._doubts = 0
        self._silent = 0

    def cast(self, value: T, weight: Weight) -> None:
        """Counts one reading."""
        self._votes[value] += weight.votes
        self._certainty[value] += weight.certainty
        self._doubts += weight == DOUBTFUL

    def abstain(self) -> None:
        """Counts one picture in which the field could not be read."""
        self._silent += 1

    def winner(self, lead: int = LEAD) -> T | None:
        """What was read, once it leads by enough before everything else together.

        Args:
            lead: votes it needs where nothing speaks against it.
        """
        if not self._votes:
            return None
        value, votes = self._votes.most_common(1)[0]
        others = self._votes.total() - votes
        needed = lead + _PENALTY * others + self._silent // _SILENT_FOR_ONE
        certainty = _LEAST_CERTAINTY + ALONE.certainty * (self._doubts // _DOUBTS_FOR_ONE)
        return value if votes >= needed and self._certainty[value] >= certainty else None
