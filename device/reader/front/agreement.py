"""When several readings of the same print are believed: a wrong code costs one of ten tries.

Source: facts/card.md §5 (two agreeing readings).
"""

from collections import Counter
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

SURE = 6
"""Weight of a reading in which everything agrees."""
ALONE = 3
"""Weight of a clear reading that nothing backs and nothing contradicts: it takes four of them."""
DOUBTFUL = 2
"""Weight of a reading of which a part is missing or disagrees."""
LEAD = 12
"""Two sure readings from two pictures; more where there was doubt."""
_LEAST_SURE = 2
"""What engines mistake in a font they mistake in every picture: doubt alone is never enough."""
_PENALTY = 3
"""How many readings it takes to outweigh one that says something else."""
_SILENT_FOR_ONE = 8
"""Pictures without a reading for each weight more: print that is hard to read is misread."""


class Ballot(Generic[T]):
    """Readings of one field in one picture after the other."""

    def __init__(self) -> None:
        self._weights: Counter[T] = Counter()
        self._sure: Counter[T] = Counter()
        self._silent = 0

    def cast(self, value: T, weight: int) -> None:
        """Counts one reading."""
        self._weights[value] += weight
        self._sure[value] += weight >= ALONE

    def abstain(self) -> None:
        """Counts one picture in which the field could not be read."""
        self._silent += 1

    def winner(self, lead: int = LEAD) -> T | None:
        """What was read, once it leads by enough before everything else together.

        Args:
            lead: weight it needs where nothing speaks against it.
        """
        if not self._weights:
            return None
        value, weight = self._weights.most_common(1)[0]
        others = self._weights.total() - weight
        needed = lead + _PENALTY * others + self._silent // _SILENT_FOR_ONE
        is_certain = weight >= needed and self._sure[value] >= _LEAST_SURE
        return value if is_certain else None
