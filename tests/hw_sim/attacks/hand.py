"""The hand that holds a sheet: it trembles, and turns the sheet when the screen asks for a turn."""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from tests.hw_sim.attacks.presentation import Picture
from tests.hw_sim.attacks.sheet import Held

TURNS = {"turn_left": 1.0, "turn_right": -1.0}
"""Sign of the yaw by which a bent sheet seems to turn to its own left."""
SWING_S = 2.4
"""There and back."""


@dataclass(frozen=True, slots=True)
class Hand:
    """One way of holding a sheet."""

    seed: int
    swing_deg: float = 30.0
    """How far the sheet is turned when a turn is asked for."""
    bend_per_dm: float = 0.0
    bend_axis_deg: float = 0.0
    """Lean of the axis about which the sheet is bent."""
    pitch_deg: float = 0.0
    """Tilt of the sheet, positive: its upper edge leans away."""

    def held(self, asked: str, since_s: float, at_s: float) -> Held:
        """How the sheet is held at a moment."""
        phase = np.random.default_rng(self.seed).uniform(0, 2 * np.pi, 6)
        pace = 2 * np.pi * np.array([0.31, 0.43, 0.27, 0.36, 0.52, 0.23])
        sway = np.sin(phase + pace * at_s) * np.array([4.0, 3.0, 2.0, 0.08, 0.06, 0.15])
        swing = math.sin(math.pi * since_s / SWING_S) * self.swing_deg * TURNS.get(asked, 0.0)
        return Held(
            yaw_deg=float(sway[0]) + swing,
            pitch_deg=float(sway[1]) + self.pitch_deg,
            roll_deg=float(sway[2]),
            shift_dm=(float(sway[3]), float(sway[4]), float(sway[5])),
            bend_per_dm=self.bend_per_dm,
            bend_axis_deg=self.bend_axis_deg,
        )


def seen_by_sensor(picture: Picture, at_s: float) -> Picture:
    """Adds the noise of a camera."""
    rng = np.random.default_rng(int(at_s * 1000))
    noise = cv2.merge([rng.standard_normal(picture.shape[:2], np.float32)] * 3)
    return np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)


@cache
def plain_room() -> Picture:
    """A wall out of focus."""
    shade = np.linspace(165, 135, 640)[None, :, None] + np.linspace(6, -6, 480)[:, None, None]
    return np.repeat(np.clip(shade, 0, 255), 3, axis=2).astype(np.uint8)
