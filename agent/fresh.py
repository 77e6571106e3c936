"""Which visits the delivery has to look at: those whose results have just come, or all.

Where a receiver refused thousands of results their visits stay open, and to look at all of them for
each new one would take longer than to hand it over.
"""

import threading

Looked = frozenset[bytes] | None
"""Visits to look at, by their ids; none: all there are."""
NOTHING: Looked = frozenset()
MOST_VISITS = 500
"""More are not told apart: to look at all is as good then."""


def both(some: Looked, others: Looked) -> Looked:
    """Everything that either of the two tells to look at."""
    if some is None or others is None or len(some) + len(others) > MOST_VISITS:
        return None
    return some | others


class FreshVisits:
    """What is to be looked at next; from any thread. At first that is all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._visits: Looked = None

    def add(self, visits: Looked) -> None:
        """Look at these too."""
        with self._lock:
            self._visits = both(self._visits, visits)

    def take(self) -> Looked:
        """All that were added since they were taken last."""
        with self._lock:
            taken, self._visits = self._visits, NOTHING
        return taken
