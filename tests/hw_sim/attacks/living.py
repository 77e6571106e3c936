"""Bona fide presentations: the person of the card, who does what is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tests.hw_sim.attacks.clips import LIVE, NAMES, clip, has_clip, moment
from tests.hw_sim.attacks.presentation import Case, Picture

SPECIES = "bona fide"
STARTS_S = (0.0, 0.45, 0.9, 1.35)
DELAY_S = 0.4
"""From reading to moving."""
MOST_TURNED = 4
"""Which picture of the clip of a turn is turned by 18°."""


@dataclass(frozen=True, slots=True)
class Living:
    """Somebody of the cast."""

    person: str
    start_s: float = 0.0
    """Where in the clip of small movements they are at the beginning."""
    delay_s: float = DELAY_S

    def picture(self, asked: str, since_s: float, at_s: float) -> Picture:
        """See `Presentation`."""
        if has_clip(self.person, asked) and since_s >= self.delay_s:
            return moment(self.person, asked, since_s - self.delay_s).copy()
        return moment(self.person, LIVE, self.start_s + at_s).copy()


@dataclass(frozen=True, slots=True)
class Arriving:
    """Somebody who still looks aside when the check begins."""

    person: str
    side: str
    until_s: float

    def picture(self, asked: str, since_s: float, at_s: float) -> Picture:
        """See `Presentation`."""
        if at_s >= self.until_s:
            return Living(self.person).picture(asked, since_s, at_s)
        return _noisy(clip(self.person, self.side)[MOST_TURNED], at_s)


@dataclass(frozen=True, slots=True)
class Motionless:
    """Somebody who can neither blink at will nor turn: one moment, and the noise of the camera."""

    person: str

    def picture(self, asked: str, since_s: float, at_s: float) -> Picture:
        """See `Presentation`."""
        return _noisy(clip(self.person)[0], at_s)


def _noisy(still: Picture, at_s: float) -> Picture:
    rng = np.random.default_rng(int(at_s * 1000))
    return np.clip(still + rng.normal(0, 2, still.shape), 0, 255).astype(np.uint8)


def cases(people: Sequence[str] = NAMES) -> Iterator[Case]:
    """Everybody, from four moments of their clip on."""
    for person in people:
        for start_s in STARTS_S:
            yield Case(SPECIES, f"{person} from {start_s} s", person, Living(person, start_s))
