"""Follows a small turn of the head to the side that was asked for, and back."""

from dataclasses import dataclass, field
from enum import Enum
from statistics import fmean

from device.face.liveness.plan import LivenessPlan
from device.face.liveness.port import Prompt, Sight
from device.face.liveness.relief import Relief, relief_between
from device.face.port import Image
from device.face.pose import turn_of


class TurnStage(Enum):
    """Where the turn stands."""

    STRAIGHT_FIRST = "straight_first"
    """The head is still turned from before; it must be seen to look straight ahead."""
    TURNING = "turning"
    DONE = "done"
    WRONG_WAY = "wrong_way"
    UNCLEAR = "unclear"
    """It turned, and the nose stood out too little."""
    FLAT = "flat"
    """It turned, and nothing stood out at all."""
    SOMEBODY_ELSE = "somebody_else"


@dataclass(slots=True)
class Turn:
    """One small turn of the head, of somebody whose straight view is known."""

    side: Prompt
    """TURN_LEFT or TURN_RIGHT, the patient's own."""
    plan: LivenessPlan
    straight_view: Image = field(repr=False)
    """`turn_view` of the straight face; belongs to the caller, who wipes it."""
    straight_turn: float
    """`turn_of` in that view."""
    stage: TurnStage
    last_turned: float = 0.0
    """How far the head was turned in the picture before, to its own left."""
    reliefs: list[Relief] = field(default_factory=list)
    """What the pictures of the turn showed, one after the other."""

    def observe(self, sight: Sight, *, is_asked: bool) -> None:
        """Looks at the next picture; a turn counts only while it is asked for."""
        turned = turn_of(sight.points) - self.straight_turn
        step, self.last_turned = abs(turned - self.last_turned), turned
        if not is_asked:
            return
        match self.stage:
            case TurnStage.STRAIGHT_FIRST if abs(turned) <= self.plan.straight_turn:
                self.stage = TurnStage.TURNING
                self.reliefs.clear()
            case TurnStage.TURNING:
                self._follow(sight, turned * self._sign, step)

    def _follow(self, sight: Sight, towards: float, step: float) -> None:
        if towards <= -self.plan.least_turn:
            self.stage = TurnStage.WRONG_WAY
        elif towards >= self.plan.least_turn and step > self.plan.largest_step:
            self.stage = TurnStage.STRAIGHT_FIRST
        elif self.plan.least_turn <= towards <= self.plan.largest_turn:
            self._measure(sight)

    def _measure(self, sight: Sight) -> None:
        """The nose must stand out in the mean of several pictures; one alone may mislead."""
        relief = relief_between(self.straight_view, sight.image, sight.points, self._sign)
        if relief.likeness < self.plan.least_likeness:
            return
        self.reliefs.append(relief)
        if self._is_deep():
            self.stage = TurnStage.DONE if sight.is_same_person() else TurnStage.SOMEBODY_ELSE
        elif len(self.reliefs) >= self.plan.turn_pictures:
            self.stage = TurnStage.FLAT if self._is_flat() else TurnStage.UNCLEAR

    def _is_deep(self) -> bool:
        newest = self.reliefs[-self.plan.relief_pictures :]
        return (
            len(newest) == self.plan.relief_pictures
            and fmean(relief.from_flat for relief in newest) >= self.plan.least_relief_from_flat
            and fmean(relief.from_bent for relief in newest) >= self.plan.least_relief_from_bent
        )

    def _is_flat(self) -> bool:
        """Careful: who turned a little only is not called a picture."""
        return abs(fmean(r.from_bent for r in self.reliefs)) <= self.plan.largest_flat

    @property
    def _sign(self) -> int:
        """The side of the picture that the nose moves to, 1 for right."""
        return 1 if self.side is Prompt.TURN_LEFT else -1
