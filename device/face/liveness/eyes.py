"""Notices a blink: both eyes shut and open again within a moment.

The eyes are compared with how they looked open, in this person and this light, and the measure is
how far they fall below their own likeness of the last moments: small eyes change little when they
shut (0.98 to 0.86 on the rendered people), and large ones, or ones behind glasses, vary by as much
while open (0.90 to 0.97). A tilted, bent print stayed within 0.06 of itself.
"""

from collections import deque
from statistics import median

import numpy as np

from device.face.liveness.patches import find_patches
from device.face.liveness.view import EYES_PX
from device.face.port import Values

EYES = np.array(EYES_PX, np.float32)
HALF_PX, REACH_PX = 8, 4
SHUT_BELOW, OPEN_ABOVE = 0.09, 0.06
"""How far below its usual likeness an eye is shut, and up to where it is open again."""
MOMENTS = 12
"""Over so many pictures of open eyes the usual likeness is taken."""


class BlinkWatch:
    """Watches the eyes of one person who looks straight ahead."""

    def __init__(self, longest_blink_s: float) -> None:
        self._longest_blink_s = longest_blink_s
        self._open: Values | None = None
        self._usual: deque[float] = deque(maxlen=MOMENTS)
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
        alike = float(likeness.mean())
        usual = median(self._usual) if self._usual else 1.0
        if alike <= usual - SHUT_BELOW:
            self._see_shut(view, at_s)
        elif alike >= usual - OPEN_ABOVE:
            self.has_blinked |= self._shut_since_s is not None
            self._shut_since_s = None
            self._usual.append(alike)

    def forget(self) -> None:
        """Wipes what was seen and starts anew."""
        if self._open is not None:
            self._open.fill(0)
        self._open, self._shut_since_s, self.has_blinked = None, None, False
        self._usual.clear()

    def _see_shut(self, view: Values, at_s: float) -> None:
        """Eyes that stay shut are no blink: perhaps they were shut when first seen."""
        if self._shut_since_s is None:
            self._shut_since_s = at_s
        elif at_s - self._shut_since_s > self._longest_blink_s and self._open is not None:
            self._open[...] = view
            self._shut_since_s = None
            self._usual.clear()
