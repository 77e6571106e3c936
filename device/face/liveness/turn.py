"""Follows a small turn of the head to the side that was asked for, and back."""

from dataclasses import dataclass, field
from enum import Enum

from device.face.liveness.plan import LivenessPlan
from device.face.liveness.port import Prompt, Sight
from device.face.liveness.relief import relief_between
from device.face.port import Values
from device.face.pose import turn_of


class TurnStage(Enum):
    """Where the turn stands."""

    STRAIGHT_FIRST = "straight_first"
    """The head is still turned from before; it must be seen to look straight ahead."""
    TURNING = "turning"
    DONE = "done"
    WRONG_WAY = "wrong_way"
    FLAT = "flat"
    """It turned, and showed no depth."""
    SOMEBODY_ELSE = "somebody_else"


@dataclass(slots=True)
class Turn:
    """One small turn of the head, of somebody whose straight view is known."""

    side: Prompt
    """TURN_LEFT or TURN_RIGHT, the patient's own."""
    plan: LivenessPlan
    straight_view: Values = field(repr=False)
    """float32[128, 128]; belongs to the caller, who wipes it."""
    straight_turn: float
    """`turn_of` in that view."""
    stage: TurnStage
    last_turned: float = 0.0
    """How far the head was turned in the picture before, to its own left."""
    deep: int = 0
    """Pictures of the turn that showed its depth."""
    flat: int = 0
    """Pictures of the turn that did not."""

    def observe(self, sight: Sight, *, is_asked: bool) -> None:
        """Looks at the next picture; a turn counts only while it is asked for."""
        turned = turn_of(sight.points) - self.straight_turn
        step, self.last_turned = abs(turned - self.last_turned), turned
        if not is_asked:
            return
        match self.stage:
            case TurnStage.STRAIGHT_FIRST if abs(turned) <= self.plan.straight_turn:
                self.stage, self.deep = TurnStage.TURNING, 0
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
        """Depth must show in several pictures; without it the face is flat after some more."""
        relief = relief_between(self.straight_view, sight.image, sight.points)
        is_deep = (
            relief is not None
            and relief.sine <= self.plan.largest_sine
            and relief.depth * self._sign >= self.plan.least_depth
        )
        self.deep, self.flat = self.deep + is_deep, self.flat + (not is_deep)
        if self.deep >= self.plan.deep_pictures:
            self.stage = TurnStage.DONE if sight.is_same_person() else TurnStage.SOMEBODY_ELSE
        elif self.flat >= self.plan.flat_pictures:
            self.stage = TurnStage.FLAT

    @property
    def _sign(self) -> int:
        """The side of the picture that the nose moves to."""
        return 1 if self.side is Prompt.TURN_LEFT else -1
