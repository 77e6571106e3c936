"""Blink and turn a little: what is asked, in an order and to a side drawn for each patient."""

from secrets import SystemRandom
from typing import Protocol

from device.face.liveness.eyes import BlinkWatch
from device.face.liveness.plan import LivenessPlan
from device.face.liveness.port import LivenessCheck, Prompt, Sight, Verdict
from device.face.liveness.relief import turn_view
from device.face.liveness.stillness import MicroMovement
from device.face.liveness.turn import Turn, TurnStage
from device.face.liveness.view import view_of
from device.face.port import Image
from device.face.pose import turn_of
from device.face.wiping import WipedAfterwards

SIDES = (Prompt.TURN_LEFT, Prompt.TURN_RIGHT)


class Draw(Protocol):
    """Where chance comes from."""

    def choice(self, of: tuple[Prompt, Prompt], /) -> Prompt:
        """One of two, each as likely."""
        ...


class BlinkAndTurn:
    """Live if the eyes blink and the nose stands out in a turn of the same person.

    A blink counts whenever it comes, from the first good picture on; only if it does not come by
    itself is it asked for. A challenge that was met is never asked again.
    """

    def __init__(self, plan: LivenessPlan, draw: Draw) -> None:
        self._plan = plan
        self._draw = draw
        self._first = draw.choice((Prompt.BLINK, SIDES[0]))
        self._side = draw.choice(SIDES)
        self._wrong_turns = 0
        self._without_relief: list[TurnStage] = []
        self._stillness = MicroMovement()
        self._eyes = BlinkWatch(plan.longest_blink_s)
        self._straight_view: Image | None = None
        self._straight_turn = 0.0
        self._turn: Turn | None = None
        self._is_straight = True
        self._begun_at_s: float | None = None
        self._asked: Prompt | None = None
        self._asked_at_s = 0.0
        self._now_s = 0.0

    def observe(self, sight: Sight) -> None:
        """See `LivenessCheck`."""
        self._now_s = sight.taken_at_s
        if sight.is_good and self._is_straighter(sight):
            self._forget_straight_view()
        self._is_straight = (
            self._straight_view is None
            or abs(turn_of(sight.points) - self._straight_turn) <= self._plan.least_turn
        )
        if sight.is_good:
            self._look_at(sight)
        if self._turn is not None:
            self._turn.observe(sight, is_asked=self._asked is self._side)
            self._mind_wrong_way(self._turn)
            self._mind_no_relief(self._turn)
        self._ask_on()

    def begin(self, at_s: float) -> None:
        """See `LivenessCheck`."""
        self._begun_at_s = self._now_s = self._asked_at_s = at_s
        self._ask_on()

    def prompt(self) -> Prompt | None:
        """See `LivenessCheck`."""
        match self._asked:
            case Prompt.BLINK if not self._is_straight:
                return Prompt.TURN_BACK
            case Prompt.BLINK if self._now_s - self._asked_at_s < self._plan.natural_blink_s:
                return None
            case Prompt.TURN_LEFT | Prompt.TURN_RIGHT if self._must_turn_back():
                return Prompt.TURN_BACK
            case asked:
                return asked

    def verdict(self) -> Verdict:
        """See `LivenessCheck`."""
        if self._begun_at_s is None:
            return Verdict.UNDECIDED
        if self._stillness.is_frozen() or self._has_betrayed_itself():
            return Verdict.LIKE_A_PICTURE
        if self._asked is None and self._stillness.is_moving():
            return Verdict.LIVE
        is_late = self._now_s - self._asked_at_s >= self._plan.time_limit_s
        has_tried_both = len(self._without_relief) > 1
        if is_late or has_tried_both or self._wrong_turns > self._plan.wrong_turns:
            return Verdict.NOT_DONE
        return Verdict.UNDECIDED

    def forget(self) -> None:
        """See `LivenessCheck`; what was drawn stays, so that nobody can draw until it suits."""
        self._stillness.forget()
        self._forget_straight_view()
        self._turn, self._is_straight = None, True
        self._begun_at_s, self._asked = None, None

    def _is_straighter(self, sight: Sight) -> bool:
        """Whether the head was turned in the straight view: its way back is no turn.

        A turn that is asked for may lead past the middle: then the gain must be as large as one.
        """
        turn = turn_of(sight.points)
        gain = abs(self._straight_turn) - abs(turn)
        is_turning = self._asked is self._side and not self._must_turn_back()
        way = gain if is_turning else abs(turn - self._straight_turn)
        return self._straight_view is not None and gain > 0 and way > self._plan.least_turn

    def _forget_straight_view(self) -> None:
        """And what was measured against it; a turn that is done stays done."""
        self._eyes.forget()
        if self._straight_view is not None:
            self._straight_view.fill(0)
        self._straight_view, self._straight_turn = None, 0.0
        if not self._is_turned():
            self._turn = None

    def _look_at(self, sight: Sight) -> None:
        with WipedAfterwards() as passing:
            view = passing.keep(view_of(sight.image, sight.points))
            self._stillness.observe(view, sight.taken_at_s)
            if self._is_straight:
                self._eyes.observe(view, sight.taken_at_s)
        if self._straight_view is None:
            self._straight_view = turn_view(sight.image, sight.points)
            self._straight_turn = turn_of(sight.points)
            self._turn = self._turn or self._new_turn(self._straight_view, TurnStage.TURNING)

    def _new_turn(self, view: Image, stage: TurnStage) -> Turn:
        return Turn(self._side, self._plan, view, self._straight_turn, stage)

    def _mind_wrong_way(self, turn: Turn) -> None:
        if turn.stage is TurnStage.WRONG_WAY and self._straight_view is not None:
            self._wrong_turns += 1
            self._side = self._draw.choice(SIDES)
            self._turn = self._new_turn(self._straight_view, TurnStage.STRAIGHT_FIRST)

    def _mind_no_relief(self, turn: Turn) -> None:
        """A nose may show itself from one side better: once, the other side is asked for."""
        if turn.stage not in (TurnStage.FLAT, TurnStage.UNCLEAR):
            return
        self._without_relief.append(turn.stage)
        if len(self._without_relief) == 1 and self._straight_view is not None:
            self._side = SIDES[1 - SIDES.index(self._side)]
            self._turn = self._new_turn(self._straight_view, TurnStage.STRAIGHT_FIRST)

    def _ask_on(self) -> None:
        """Chooses what is asked for next; its time starts when it changes."""
        if self._begun_at_s is None:
            return
        left = self._left_to_do()
        if (left[0] if left else None) is not self._asked:
            self._asked, self._asked_at_s = (left[0] if left else None), self._now_s

    def _left_to_do(self) -> list[Prompt]:
        if not self._plan.is_active:
            return []
        todo = [] if self._eyes.has_blinked else [Prompt.BLINK]
        if not self._is_turned():
            todo.insert(len(todo) if self._first is Prompt.BLINK else 0, self._side)
        return todo

    def _is_turned(self) -> bool:
        return self._turn is not None and self._turn.stage is TurnStage.DONE

    def _must_turn_back(self) -> bool:
        return self._turn is not None and self._turn.stage is TurnStage.STRAIGHT_FIRST

    def _has_betrayed_itself(self) -> bool:
        is_flat = self._without_relief[:2] == [TurnStage.FLAT, TurnStage.FLAT]
        is_other = self._turn is not None and self._turn.stage is TurnStage.SOMEBODY_ELSE
        return is_flat or is_other


def open_liveness(plan: LivenessPlan) -> LivenessCheck:
    """Makes the liveness check of one patient."""
    return BlinkAndTurn(plan, SystemRandom())
