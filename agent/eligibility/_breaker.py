"""After questions that a dead service let run into their time-outs, no patient waits for it again.

A library of this kind would hold a lock while it waits for an answer, or read a clock that the PC
sets back, or count failures by exceptions alone; and none knows that one question may fail for ever
while the service is well. So failures are counted by visit.
"""

import threading

from agent.clock import Clock

FAILED_VISITS = 3
"""So many different visits in a row without an answer: the service is away."""
PAUSE_S = 10.0
"""So long nothing is asked; then one question tries it."""


class Breaker:
    """Says whether asking is worth the wait; used by several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = set[bytes]()
        self._closed_until_ms = 0.0

    def lets_ask(self) -> bool:
        """Whether to ask now. While the service is away: one question after each pause."""
        with self._lock:
            if len(self._failed) < FAILED_VISITS:
                return True
            now_ms = self._clock.monotonic_ms()
            if now_ms < self._closed_until_ms:
                return False
            # The one that asks now counts as failed until it is told otherwise.
            self._closed_until_ms = now_ms + PAUSE_S * 1000
            return True

    def answered(self) -> None:
        """The service is there."""
        with self._lock:
            self._failed.clear()

    def failed(self, visit_id: bytes) -> None:
        """It gave this visit no answer."""
        with self._lock:
            if len(self._failed) < FAILED_VISITS:
                self._failed.add(visit_id)
            self._closed_until_ms = self._clock.monotonic_ms() + PAUSE_S * 1000
