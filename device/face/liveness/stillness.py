"""The first, cheapest question: is it more than one still picture, or a frozen camera?"""

import numpy as np

from device.face.port import Values

MIN_PICTURES = 2
MIN_CHANGE = 0.4
"""Smallest mean difference between two views, grey levels of 255; below the noise of a camera."""
MIN_GAP_S = 0.1
"""A camera that hands out one picture twice in a row is not frozen."""


class MicroMovement:
    """Notices a picture that is repeated; a photo held by a hand is none."""

    def __init__(self, min_change: float = MIN_CHANGE) -> None:
        self._min_change = min_change
        self._last: Values | None = None
        self._last_at_s = 0.0
        self._count = 0
        self._smallest_change = np.inf

    def observe(self, view: Values, at_s: float) -> None:
        """Compares with the view before.

        Args:
            view: float32[S, S], 0..255; a copy is kept until the next.
            at_s: when it was taken.
        """
        if self._last is not None:
            if at_s - self._last_at_s < MIN_GAP_S:
                return
            change = float(np.abs(view - self._last).mean())
            self._smallest_change = min(self._smallest_change, change)
            self._last.fill(0)
        self._last, self._last_at_s = view.copy(), at_s
        self._count += 1

    def is_moving(self) -> bool:
        """Whether no two successive views were the same picture; False while undecided."""
        return self._count >= MIN_PICTURES and self._smallest_change >= self._min_change

    def forget(self) -> None:
        """Wipes the last view and starts anew."""
        if self._last is not None:
            self._last.fill(0)
        self._last, self._count, self._smallest_change = None, 0, np.inf
