"""Species: a tablet that shows the patient: a still, a clip with a blink, clips with turns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import cv2
import numpy as np

from tests.hw_sim.attacks.clips import LIVE, NAMES, has_clip, moment
from tests.hw_sim.attacks.hand import Hand, plain_room, seen_by_sensor
from tests.hw_sim.attacks.presentation import Case, Picture
from tests.hw_sim.attacks.printed_photo import FACE_PX
from tests.hw_sim.attacks.sheet import Light, hold

SPECIES = "screen replay"
OPERATED = "screen replay, operated"
BEZEL_PX = 14
BEZEL = 12.0
TINT = (0.94, 0.98, 1.04)
GRID_PX, GRID_DEPTH = 2.17, 0.05
"""Period of the pixel grid in camera pixels: no whole number, so that it beats (moiré)."""
GLARE_PX, GLARE_SIZE_PX, GLARE = (395, 120), 42.0, 60.0
HALF_PX = (190, 200)
TURN_S = 0.75
"""How long a clip of a turn lasts."""


class Program(Protocol):
    """What a screen shows."""

    def shown(self, asked: str, since_s: float, at_s: float) -> Picture:
        """The picture at a moment; the arguments are those of `Presentation.picture`."""
        ...


@dataclass(frozen=True, slots=True)
class Still:
    """One picture of the clip."""

    person: str

    def shown(self, asked: str, since_s: float, at_s: float) -> Picture:
        return moment(self.person, LIVE, 0.0)


@dataclass(frozen=True, slots=True)
class Clip:
    """Small movements and a blink, over and over."""

    person: str

    def shown(self, asked: str, since_s: float, at_s: float) -> Picture:
        return moment(self.person, LIVE, at_s)


@dataclass(frozen=True, slots=True)
class Slides:
    """A clip, then at once a picture of the turned face when a turn is asked for."""

    person: str

    def shown(self, asked: str, since_s: float, at_s: float) -> Picture:
        if has_clip(self.person, asked):
            return moment(self.person, asked, 0.3 + 0.05 * (at_s % 1))
        return moment(self.person, LIVE, at_s)


@dataclass(frozen=True, slots=True)
class Medley:
    """Movements, a turn to one side, movements, a turn to the other, whatever is asked."""

    person: str
    first: str
    second: str

    def shown(self, asked: str, since_s: float, at_s: float) -> Picture:
        place_s = at_s % 6.0
        for begin_s, side in ((2.0, self.first), (4.4, self.second)):
            if begin_s <= place_s < begin_s + TURN_S:
                return moment(self.person, side, place_s - begin_s)
        return moment(self.person, LIVE, at_s)


@dataclass(frozen=True, slots=True)
class Operated:
    """Somebody reads what is asked and starts the clip of it: recordings of all of it exist."""

    person: str

    def shown(self, asked: str, since_s: float, at_s: float) -> Picture:
        folder = asked if has_clip(self.person, asked) and since_s > 0.5 else LIVE
        return moment(self.person, folder, since_s - 0.5 if folder != LIVE else at_s)


@dataclass(frozen=True, slots=True)
class ScreenReplay:
    """A tablet in a hand."""

    program: Program
    hand: Hand

    def picture(self, asked: str, since_s: float, at_s: float) -> Picture:
        """See `Presentation`."""
        sheet = displayed(self.program.shown(asked, since_s, at_s))
        centre = (HALF_PX[0] + BEZEL_PX, HALF_PX[1] + BEZEL_PX)
        seen = hold(sheet, centre, self.hand.held(asked, since_s, at_s), plain_room())
        return seen_by_sensor(_with_glare(seen), at_s)


def displayed(picture: Picture) -> Light:
    """A picture on a tablet with its bezel; the pixel grid beats with the camera's."""
    (x, y), (half_x, half_y) = FACE_PX, HALF_PX
    cut = picture[max(0, y - half_y) : y + half_y, x - half_x : x + half_x].astype(np.float32)
    lit = cut * _pixel_grid(cut.shape[0], cut.shape[1])
    return np.pad(lit, ((BEZEL_PX,) * 2, (BEZEL_PX,) * 2, (0, 0)), constant_values=BEZEL).astype(
        np.float32
    )


def _with_glare(picture: Picture) -> Picture:
    return np.asarray(cv2.add(picture, _glare(*picture.shape[:2]), dtype=cv2.CV_8U), np.uint8)


@cache
def _pixel_grid(height: int, width: int) -> Light:
    """How bright each pixel of the display is in each colour, float32[H, W, 3]."""
    rows, columns = np.mgrid[0:height, 0:width] * np.float32(2 * np.pi / GRID_PX)
    grid = 1 + GRID_DEPTH * np.sin(columns) * np.sin(rows)
    return np.asarray(np.array(TINT) * grid[..., None], np.float32)


@cache
def _glare(height: int, width: int) -> Light:
    """A lamp in the glass, float32[H, W, 3]."""
    rows, columns = np.mgrid[0:height, 0:width]
    away = np.hypot(columns - GLARE_PX[0], rows - GLARE_PX[1]) / GLARE_SIZE_PX
    return np.repeat(GLARE * np.exp(-(away**2))[..., None], 3, axis=2).astype(np.float32)


def cases(people: Sequence[str] = NAMES) -> Iterator[Case]:
    """Everybody, in what a screen can show without anybody operating it."""
    for number, person in enumerate(people):
        hand = Hand(20 + number, swing_deg=25.0)
        sides = ("turn_left", "turn_right") if number % 2 else ("turn_right", "turn_left")
        for name, program in (
            ("still", Still(person)),
            ("clip with a blink", Clip(person)),
            ("slides", Slides(person)),
        ):
            yield Case(SPECIES, f"{person}, {name}", person, ScreenReplay(program, hand))
        medley = ScreenReplay(Medley(person, *sides), Hand(30 + number, swing_deg=0.0))
        yield Case("screen replay, both turns", f"{person}, medley", person, medley)


def operated_cases(people: Sequence[str] = NAMES) -> Iterator[Case]:
    """Everybody, with the right clip at the right moment: what no challenge of this kind stops."""
    for number, person in enumerate(people):
        replay = ScreenReplay(Operated(person), Hand(40 + number, swing_deg=0.0))
        yield Case(OPERATED, person, person, replay)
