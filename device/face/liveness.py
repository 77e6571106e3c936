"""Asks whether a living person stands before the camera.

What is here is a first, narrow check: the pictures must not be one still picture. It stops a frozen
or replaced camera stream, and nothing more: a photo held by a hand passes. Presentation attack
detection (ISO/IEC 30107) is later work and takes this check's place behind the same interface.
"""

from typing import Protocol

import numpy as np

from device.face.port import Image, Values

MIN_PICTURES = 2
MIN_CHANGE = 0.4
"""Smallest mean difference between two aligned faces, grey levels of 255; below the noise of a
camera's sensor."""


class LivenessCheck(Protocol):
    """Watches one person's pictures and then decides."""

    def observe(self, face: Image) -> None:
        """Takes one aligned face, `uint8[S, S, 3], RGB`; keeps no reference to it."""
        ...

    def is_live(self) -> bool:
        """Whether what was observed so far is a living person's; False while undecided."""
        ...

    def forget(self) -> None:
        """Wipes what was observed."""
        ...


class MicroMovement:
    """Live if no two successive faces are the same picture."""

    def __init__(self, min_change: float = MIN_CHANGE) -> None:
        self._min_change = min_change
        self._last: Values | None = None
        self._count = 0
        self._smallest_change = np.inf

    def observe(self, face: Image) -> None:
        """Compares with the face before; see `LivenessCheck`."""
        now = face.astype(np.float32)
        if self._last is not None:
            change = float(np.abs(now - self._last).mean())
            self._smallest_change = min(self._smallest_change, change)
            self._last.fill(0)
        self._last = now
        self._count += 1

    def is_live(self) -> bool:
        """See `LivenessCheck`."""
        return self._count >= MIN_PICTURES and self._smallest_change >= self._min_change

    def forget(self) -> None:
        """See `LivenessCheck`."""
        if self._last is not None:
            self._last.fill(0)
        self._last, self._count, self._smallest_change = None, 0, np.inf
