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
    """For its value; below 0 where it shows how hard the print is to read."""
    against: int
    """Against every other value: many readings outweigh one that says something else."""


SURE = Weight(6, 30)
"""Everything agrees, and firmly."""
LIKELY = Weight(3, 15)
"""Clear, but not firm or backed by nothing; nothing contradicts. It takes four of them."""
DAMAGED = Weight(2, 10)
"""Everything agrees on a damaged line, whatever the damage hides: alone it takes six of them."""
DOUBTFUL = Weight(-4, 5)
"""A part is missing or disagrees. It takes back more than a likely one gives: print that can be
read two ways looks likely now and then, and is looked at again until it does. Against other values
it holds the balance with a sure one, nearly."""
LEAD = 12
"""Votes: two sure readings, of two pictures or of several laid over each other; more where there
was doubt."""
_SILENT_FOR_ONE = 8
"""Pictures without a reading for each vote more: print that is hard to read is misread."""


class Ballot(Generic[T]):
    """Readings of one field in one picture after the other."""

    def __init__(self) -> None:
        self._votes: Counter[T] = Counter()
        self._against: Counter[T] = Counter()
        self._silent = 0

    def cast(self, value: T, weight: Weight) -> None:
        """Counts one reading."""
        self._votes[value] += weight.votes
        self._against[value] += weight.against

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
        against = self._against.total() - self._against[value]
        return value if votes >= lead + against + self._silent // _SILENT_FOR_ONE else None
