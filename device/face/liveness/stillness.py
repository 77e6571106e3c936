"""The first, cheapest question: is it more than one still picture, or a frozen camera?"""

import numpy as np

from device.face.port import Values

MIN_CHANGE = 0.4
"""Smallest mean difference between two views, grey levels of 255; below the noise of a camera."""
MIN_GAP_S = 0.1
"""A camera that hands out one picture twice in a row is not frozen."""
LONGEST_STILL_S = 1.0
"""Nor is one that repeats a picture for less than that, as a busy board does now and then."""


class MicroMovement:
    """Notices a picture that stays; a photo held by a hand is none."""

    def __init__(self, min_change: float = MIN_CHANGE) -> None:
        self._min_change = min_change
        self._last: Values | None = None
        self._last_at_s = self._still_since_s = 0.0
        self._has_moved = False

    def observe(self, view: Values, at_s: float) -> None:
        """Compares with the view before.

        Args:
            view: float32[S, S], 0..255; a copy is kept until the next.
            at_s: when it was taken.
        """
        if self._last is None:
            self._still_since_s = at_s
        elif at_s - self._last_at_s < MIN_GAP_S:
            return
        elif float(np.abs(view - self._last).mean()) >= self._min_change:
            self._still_since_s = at_s
            self._has_moved = True
        self._keep(view, at_s)

    def is_moving(self) -> bool:
        """Whether two successive views differed, and the newest have not been alike for too long.

        False while undecided.
        """
        return self._has_moved and not self.is_frozen()

    def is_frozen(self) -> bool:
        """Whether the newest views have been the same picture for too long."""
        return self._last_at_s - self._still_since_s >= LONGEST_STILL_S

    def forget(self) -> None:
        """Wipes the last view and starts anew."""
        if self._last is not None:
            self._last.fill(0)
        self._last, self._has_moved = None, False
        self._last_at_s = self._still_since_s = 0.0

    def _keep(self, view: Values, at_s: float) -> None:
        if self._last is not None:
            self._last.fill(0)
        self._last, self._last_at_s = view.copy(), at_s
