"""Notices a blink: both eyes shut and open again within a moment.

Each eye is compared with how it looked open, in this person and this light: an open eye resembles
itself by 0.90 or more whatever the head does on a few degrees, a shut one by 0.78 or less (measured
on the rendered people; a tilted, bent print of an open eye stays above 0.83).
"""

import numpy as np

from device.face.liveness.patches import find_patches
from device.face.liveness.view import EYES_PX
from device.face.port import Values

EYES = np.array(EYES_PX, np.float32)
HALF_PX, REACH_PX = 10, 4
SHUT_BELOW = 0.78
OPEN_ABOVE = 0.85


class BlinkWatch:
    """Watches the eyes of one person who looks straight ahead."""

    def __init__(self, longest_blink_s: float) -> None:
        self._longest_blink_s = longest_blink_s
        self._open: Values | None = None
        self._shut_since_s: float | None = None
        self.has_blinked = False
        """Whether the eyes were shut and open again."""

    def observe(self, view: Values, at_s: float) -> None:
        """Looks at the next picture.

        Args:
            view: float32[128, 128], of a face that looks straight ahead; a copy is kept.
            at_s: when it was taken.
        """
        if self._open is None:
            self._open = view.copy()
            return
        _, likeness = find_patches(self._open, view, EYES, HALF_PX, REACH_PX)
        if likeness.max() <= SHUT_BELOW:
            self._see_shut(view, at_s)
        elif likeness.min() >= OPEN_ABOVE and self._shut_since_s is not None:
            self.has_blinked = True
            self._shut_since_s = None

    def forget(self) -> None:
        """Wipes what was seen and starts anew."""
        if self._open is not None:
            self._open.fill(0)
        self._open, self._shut_since_s, self.has_blinked = None, None, False

    def _see_shut(self, view: Values, at_s: float) -> None:
        """Eyes that stay shut are no blink: perhaps they were shut when first seen."""
        if self._shut_since_s is None:
            self._shut_since_s = at_s
        elif at_s - self._shut_since_s > self._longest_blink_s and self._open is not None:
            self._open[...] = view
            self._shut_since_s = None
