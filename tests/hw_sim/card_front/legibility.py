"""What a person with good eyes could not read in one picture, and why.

Judged from the physics alone, never from the picture or a recogniser: a character is hidden when a
finger lies on it, when mirrored light leaves no difference between ink and paper, when its ink is
rubbed off, or when its strokes drown in noise (Rose's criterion).

Source: A. Rose, "The sensitivity performance of the human eye on an absolute scale", J. Opt. Soc.
Am. 38 (1948): a detail is seen from a signal of about five times its noise on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front import light
from tests.hw_sim.card_front.finger import depth_mm
from tests.hw_sim.card_front.front import PrintedField, PrintedFront
from tests.hw_sim.card_front.layout import CARD_HEIGHT_MM, CARD_WIDTH_MM, Box
from tests.hw_sim.card_front.look import PrintLook
from tests.hw_sim.card_front.moment import Moment, moment_of
from tests.hw_sim.card_front.shot import Shot
from tests.hw_sim.card_front.view import View

STROKE_PX = 2.6
"""Width of a digit's stroke in the picture: 0.24 mm at 11 pixels a millimetre."""
STROKE_LENGTH_PX = 10.0
"""Length of the strokes by which two digits differ: half a digit's height."""
MIN_SIGNAL_TO_NOISE = 5.0
MIN_CONTRAST = 0.04
"""Least difference between paper and ink, in units of full scale."""
MIN_INK_LEFT = 0.35
MAX_HIDDEN_SHARE = 0.3
"""Share of a character that may be hidden."""
_PAPER = 0.75
"""Reflectance of the tinted card."""
_GRID = np.stack(np.meshgrid(np.linspace(0.1, 0.9, 4), np.linspace(0.1, 0.9, 5)), axis=-1)


class Hiding(Enum):
    """Why a field cannot be read."""

    FINGER = "finger"
    GLARE = "glare"
    WEAR = "wear"
    NOISE = "noise"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Sight:
    """One picture of one front, as far as reading goes."""

    front: PrintedFront
    """The card."""
    look: PrintLook
    """Its print."""
    shot: Shot
    """The laying."""
    seed: int
    """Of the laying."""
    index: int
    """Of the picture."""
    gloss: float = 1.0
    """Of what lies uppermost."""

    def hidden(self) -> Mapping[PrintedField, Hiding]:
        """The fields of which some character cannot be read in this picture."""
        moment = moment_of(self.shot, self.seed, self.index)
        found = {part: self._hiding(part, moment) for part in PrintedField}
        return {part: hiding for part, hiding in found.items() if hiding is not None}

    def _hiding(self, part: PrintedField, moment: Moment) -> Hiding | None:
        plane_mm = np.stack([_points(box) for box in self.front.characters[part]])
        finger = self.shot.finger
        if finger is not None:
            is_under = depth_mm(finger, moment.finger_back_mm, plane_mm) > 0
            if _has_hidden_character(is_under):
                return Hiding.FINGER
        if self.front.ink_left[part] < MIN_INK_LEFT:
            return Hiding.WEAR
        pixels = View(self.shot, moment).to_picture(plane_mm)
        paper, ink = self._levels(moment, pixels, self.front.ink_left[part])
        if _has_hidden_character(np.minimum(paper, 1) - np.minimum(ink, 1) < MIN_CONTRAST):
            return Hiding.GLARE if self.shot.glares else Hiding.NOISE
        is_drowned = self._signal_to_noise(paper, ink, moment) < MIN_SIGNAL_TO_NOISE
        return Hiding.NOISE if _has_hidden_character(is_drowned) else None

    def _levels(
        self, moment: Moment, pixels: NDArray[np.float64], ink_left: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        lit = light.illumination(self.shot, moment, pixels)
        veil = self.gloss * light.glare(self.shot, moment, pixels)
        paper = lit * _PAPER
        return paper + veil, paper * (1 - self.look.ink * ink_left) + veil

    def _signal_to_noise(
        self, paper: NDArray[np.float64], ink: NDArray[np.float64], moment: Moment
    ) -> NDArray[np.float64]:
        spread_px = 2 * self.shot.defocus_px + 0.5 * moment.motion_px
        kept = STROKE_PX / np.hypot(STROKE_PX, spread_px)
        signal = (np.minimum(paper, 1) - np.minimum(ink, 1)) * kept
        signal *= np.sqrt(STROKE_PX * STROKE_LENGTH_PX)
        electrons = np.minimum(paper, 1) * self.shot.electrons
        noise = np.sqrt(electrons + self.shot.read_noise_electrons**2) / self.shot.electrons
        return np.asarray(signal / noise)


def _points(box: Box) -> NDArray[np.float64]:
    corner = np.array([box.left_mm - CARD_WIDTH_MM / 2, box.top_mm - CARD_HEIGHT_MM / 2])
    return np.asarray(corner + _GRID * np.array([box.width_mm, box.height_mm])).reshape(-1, 2)


def _has_hidden_character(is_hidden: NDArray[np.bool_]) -> bool:
    return bool((is_hidden.mean(axis=1) > MAX_HIDDEN_SHARE).any())
