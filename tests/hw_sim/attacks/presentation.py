"""What an attack and an honest patient have in common: pictures that answer what is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device.face.port import Frame

Picture = NDArray[np.uint8]
"""`uint8[480, 640, 3], RGB`."""
FRAMES_PER_S = 12.0


class Presentation(Protocol):
    """Somebody or something before the camera."""

    def picture(self, asked: str, since_s: float, at_s: float) -> Picture:
        """What the camera sees.

        Args:
            asked: the hint on the screen, such as `turn_left`.
            since_s: how long it has been there.
            at_s: time since the beginning.
        """
        ...


@dataclass(frozen=True, slots=True)
class Case:
    """One presentation and the card that it is held against."""

    species: str
    name: str
    victim: str
    """Whose card lies on the reader."""
    presentation: Presentation


class Stage:
    """A camera before a presentation, on a clock of its own."""

    def __init__(self, presentation: Presentation) -> None:
        self._presentation = presentation
        self._asked, self._asked_at_s = "", 0.0
        self.now_s = 0.0

    def hear(self, hint: str) -> None:
        """The screen shows this hint from now on."""
        self._asked, self._asked_at_s = hint, self.now_s

    def read(self) -> Frame:
        """See `device.face.port.Camera`."""
        self.now_s += 1 / FRAMES_PER_S
        since_s = self.now_s - self._asked_at_s
        return Frame(self._presentation.picture(self._asked, since_s, self.now_s), self.now_s)

    def close(self) -> None:
        """See `device.face.port.Camera`."""


def cases_of(people: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each person with the one who comes after."""
    yield from zip(people, (*people[1:], people[0]), strict=True)
