"""Bona fide sittings: a rendered person who reads, hesitates, blinks and turns in their own way.

How fast and how far, whether they turn back by themselves and whether they take left for right come
from a seed; the ranges are this project's guesses and no measure of anybody.
"""

from dataclasses import dataclass, field

import numpy as np

from tests.hw_sim.attacks.actor import Actor, Moment
from tests.hw_sim.attacks.presentation import Picture

SPECIES = "bona fide"
ARRIVING = "bona fide, looks aside at first"
SIDES = {"turn_left": 1.0, "turn_right": -1.0}
"""Sign of the yaw."""
CLOSING_S, OPENING_S = 0.08, 0.14


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody does what they are asked."""

    delay_s: float
    """From reading to moving."""
    turn_deg: float
    turn_s: float
    """From straight to turned, and back."""
    hold_s: float
    """Before turning back by themselves; endless: they wait for the screen."""
    shut_s: float
    """How long the eyes are shut in a blink that was asked for."""
    own_shut_s: float
    """The same, of a blink that comes by itself."""
    blink_every_s: float
    first_blink_s: float
    mistakes: int
    """How often they turn to the other side first."""


def manner_of(rng: np.random.Generator) -> Manner:
    """Draws one."""
    return Manner(
        delay_s=float(rng.uniform(0.3, 1.0)),
        turn_deg=float(rng.uniform(11.0, 20.0)),
        turn_s=float(rng.uniform(0.35, 1.2)),
        hold_s=float(rng.uniform(0.4, 1.5)) if rng.random() < 0.4 else np.inf,
        shut_s=float(rng.uniform(0.08, 0.3)),
        own_shut_s=float(rng.uniform(0.03, 0.12)),
        blink_every_s=float(rng.uniform(2.0, 8.0)),
        first_blink_s=float(rng.uniform(0.0, 6.0)),
        mistakes=int(rng.random() < 0.05),
    )


@dataclass(slots=True)
class Sitter:
    """Somebody before the reader."""

    actor: Actor = field(repr=False)
    seed: int
    begins_deg: float = 0.0
    """How far the head is turned at first; it looks ahead from when it would first move."""
    _yaw_deg: float = field(init=False)
    _last_s: float = 0.0
    _asked: str = ""
    _mistakes_left: int = 0
    _manner: Manner = field(init=False)
    _phases: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng([self.seed, 16])
        self._manner = manner_of(rng)
        self._phases = rng.uniform(0, 2 * np.pi, 5)
        self._mistakes_left = self._manner.mistakes
        self._yaw_deg = self.begins_deg

    def picture(self, asked: str, since_s: float, at_s: float) -> Picture:
        """See `Presentation`."""
        step_s, self._last_s = at_s - self._last_s, at_s
        self._note(asked)
        self._turn_on(self._goal_deg(asked, since_s), step_s)
        sway = np.sin(self._phases + 2 * np.pi * np.array([0.21, 0.3, 0.25, 0.19, 0.35]) * at_s)
        is_ahead = abs(self._yaw_deg) < 1.0
        moment = Moment(
            yaw_deg=float(self._yaw_deg + (2.5 * sway[0] if is_ahead else 0.0)),
            closure=self._closure(asked, since_s, at_s) if is_ahead else 0.0,
            roll_deg=float(1.5 * sway[1]),
            shift_px=(float(6 * sway[2]), float(3 * sway[3])),
            zoom=float(1 + 0.012 * sway[4]),
        )
        return self.actor.picture(moment, np.random.default_rng([self.seed, int(at_s * 1000)]))

    def _note(self, asked: str) -> None:
        if asked != self._asked and self._asked in SIDES:
            self._mistakes_left = 0
        self._asked = asked

    def _goal_deg(self, asked: str, since_s: float) -> float:
        """Where the head wants to be; nobody moves before they have read."""
        manner = self._manner
        if since_s < manner.delay_s:
            return self._yaw_deg
        if asked not in SIDES:
            return 0.0
        side = SIDES[asked] * (-1 if self._mistakes_left else 1)
        cycle_s = 2 * manner.turn_s + manner.hold_s + 0.6
        is_out = (since_s - manner.delay_s) % cycle_s < manner.turn_s + manner.hold_s
        return side * manner.turn_deg if is_out else 0.0

    def _turn_on(self, goal_deg: float, step_s: float) -> None:
        most = self._manner.turn_deg / self._manner.turn_s * step_s
        self._yaw_deg += float(np.clip(goal_deg - self._yaw_deg, -most, most))

    def _closure(self, asked: str, since_s: float, at_s: float) -> float:
        manner = self._manner
        own_s = (
            (at_s - manner.first_blink_s) % manner.blink_every_s
            if at_s > manner.first_blink_s
            else np.inf
        )
        shut = _blink(own_s, manner.own_shut_s)
        if asked == "blink":
            answer_s = (since_s - manner.delay_s) % 2.0 if since_s > manner.delay_s else np.inf
            shut = max(shut, _blink(answer_s, manner.shut_s))
        return shut


def _blink(since_s: float, shut_s: float) -> float:
    """How far the eyes are shut after a blink began, 0..1."""
    if since_s < CLOSING_S:
        return since_s / CLOSING_S
    opening_s = since_s - CLOSING_S - shut_s
    return 1.0 if opening_s < 0 else max(0.0, 1 - opening_s / OPENING_S)
