"""Follows a small turn of the head to the side that was asked for, and back.

The turn is followed by its relief: the detector's points jump, and behind a face mask or on a small
face they hardly move.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import takewhile
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
    reliefs: list[Relief] = field(default_factory=list)
    """What the pictures since the head last looked straight ahead showed, one after the other."""
    seeming: list[Relief] = field(default_factory=list)
    """Those of them that the points take for a turn to this side."""
    has_skipped: bool = False
    """Whether the picture before was not measured."""

    def observe(self, sight: Sight, *, is_asked: bool) -> None:
        """Looks at the next picture; a turn counts only while it is asked for."""
        if not is_asked or self.stage not in (TurnStage.STRAIGHT_FIRST, TurnStage.TURNING):
            return
        seems = (turn_of(sight.points) - self.straight_turn) * self._sign
        if self._may_skip(seems):
            self.has_skipped = True
            return
        self.has_skipped = False
        relief = relief_between(self.straight_view, sight.image, sight.points, self._sign)
        if relief.likeness < self.plan.least_likeness:
            return
        if self.stage is TurnStage.TURNING:
            self._follow(sight, relief, seems)
        elif abs(relief.from_flat) <= self.plan.straight_relief:
            self.stage = TurnStage.TURNING
            self.reliefs.clear()

    def _may_skip(self, seems: float) -> bool:
        """Every other picture of a head that did not move yet: measuring costs."""
        if self.has_skipped or not self.reliefs or abs(seems) > self.plan.straight_turn / 2:
            return False
        return abs(self.reliefs[-1].from_flat) <= self._least_on_the_way

    def _follow(self, sight: Sight, relief: Relief, seems: float) -> None:
        self.reliefs.append(relief)
        if seems >= self.plan.least_turn:
            self.seeming.append(relief)
        newest = self.reliefs[-self.plan.relief_pictures :]
        if self._is_deep(newest, 1):
            self._end(sight, max(abs(relief.from_flat) for relief in newest))
        elif self._is_deep(newest, -1):
            self.stage = TurnStage.WRONG_WAY
        elif len(self.seeming) >= self.plan.turn_pictures:
            self.stage = TurnStage.FLAT if self._is_flat() else TurnStage.UNCLEAR

    def _is_deep(self, newest: Sequence[Relief], sign: int) -> bool:
        """The nose must stand out in the mean of several pictures; one alone may mislead."""
        plan = self.plan
        return (
            len(newest) == plan.relief_pictures
            and sign * fmean(r.from_flat for r in newest) >= plan.least_relief_from_flat
            and sign * fmean(r.from_bent for r in newest) >= plan.least_relief_from_bent
        )

    def _end(self, sight: Sight, most: float) -> None:
        """The first picture that was no longer straight must have been on the way to the turn."""
        low, high = (share * most for share in self.plan.on_the_way)
        back = takewhile(lambda relief: relief.from_flat >= low, reversed(self.reliefs))
        first = deque((relief.from_flat for relief in back), maxlen=1)
        if not first or first[0] > high:
            self.stage = TurnStage.STRAIGHT_FIRST
        else:
            self.stage = TurnStage.DONE if sight.is_same_person() else TurnStage.SOMEBODY_ELSE

    def _is_flat(self) -> bool:
        """Careful: who turned a little only is not called a picture."""
        return abs(fmean(r.from_bent for r in self.seeming)) <= self.plan.largest_flat

    @property
    def _least_on_the_way(self) -> float:
        return self.plan.on_the_way[0] * self.plan.least_relief_from_flat

    @property
    def _sign(self) -> int:
        """The side of the picture that the nose moves to, 1 for right."""
        return 1 if self.side is Prompt.TURN_LEFT else -1
