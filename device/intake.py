"""Turns what the hardware says into events of the visit; every method returns at once."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from device.clock import Clock
from device.host import FromAgent
from device.jobs.pin import PinDesk
from device.jobs.printed_code import PrintedCodeDesk
from device.jobs.record import RecordJobs
from device.pinpad.port import Key
from device.screen.port import Move, Screen
from device.visit import events
from device.visit.effects import Choice
from hostlink.messages import (
    AgentHello,
    ResultAcknowledged,
    ResultCounts,
    VisitChallenge,
    VisitOptions,
    VisitRefused,
)
from hostlink.terms import Decision

_MOVES = {
    Key.DIGIT_2: Move.PREVIOUS,
    Key.DIGIT_4: Move.PREVIOUS,
    Key.DIGIT_6: Move.NEXT,
    Key.DIGIT_8: Move.NEXT,
    Key.DIGIT_5: Move.PRESS,
    Key.CONFIRM: Move.PRESS,
    Key.CANCEL: Move.LEAVE,
}

_DECISIONS = {Choice(decision.name.lower()): decision for decision in Decision}

_LATE_DIGITS_S = 1.0
"""Whoever typed digits a moment ago types digits still."""

Post = Callable[[events.Event], None]


@dataclass(frozen=True, slots=True)
class SlotIntake:
    """Hears the card slot."""

    post: Post

    def card_placed(self) -> None:
        """Give the visit its random name: this one follows it to the signed result."""
        self.post(events.CardPlaced(secrets.token_bytes(16)))

    def card_removed(self) -> None:
        """The card is gone."""
        self.post(events.CardRemoved())

    def slot_lost(self) -> None:
        """The card reader is gone."""
        self.post(events.SlotLost())

    def slot_ready(self) -> None:
        """The card reader works."""
        self.post(events.SlotReady())


@dataclass(slots=True)
class ScreenIntake:
    """Hears the patient's fingers on the screen."""

    post: Post
    clock: Clock
    desks: tuple[PinDesk | PrintedCodeDesk, ...] = ()
    """Where digits are typed; the one whose turn it is not does nothing."""
    screen: Screen | None = None
    """Both set once they are made; nobody can touch them before."""

    def chosen(self, turn: int, choice: str) -> None:
        """A button was pressed on the page of that turn; unknown words are ignored."""
        try:
            pressed = Choice(choice)
        except ValueError:
            return
        match pressed:
            case Choice.CONFIRM:
                for desk in self.desks:
                    desk.confirm(turn)
            case Choice.ERASE:
                for desk in self.desks:
                    desk.erase(turn)
            case _:
                self.post(self._event(turn, pressed))

    def pad_pressed(self, turn: int, position: int) -> None:
        """A position of the pad was touched."""
        for desk in self.desks:
            desk.press(turn, position)

    def _event(self, turn: int, pressed: Choice) -> events.Event:
        now = self.clock.now()
        text_hash = self.screen.text_hash() if self.screen else b""
        meaning: dict[Choice, events.Event] = {
            Choice.FACE: events.FaceChosen(turn),
            Choice.RETRY_FACE: events.FaceChosen(turn),
            Choice.PIN: events.PinChosen(turn),
            Choice.CONFIRM_LAST_TRY: events.LastTryConfirmed(turn),
            Choice.TYPE_CODE: events.CodeTypingChosen(turn),
            Choice.STAFF: events.StaffChosen(turn),
            Choice.BACK: events.BackChosen(turn),
            Choice.STAFF_CONFIRMED: events.StaffAnswered(turn, True, now),
            Choice.STAFF_DENIED: events.StaffAnswered(turn, False, now),
            Choice.REGISTER: events.RegistrationAccepted(turn),
            Choice.AGREE_ALL: events.AllConsentsAnswered(turn, True, now, text_hash),
            Choice.REFUSE_ALL: events.AllConsentsAnswered(turn, False, now, text_hash),
            Choice.CANNOT_ANSWER: events.ConsentsUnobtainable(turn, now, text_hash),
            Choice.ONE_BY_ONE: events.OneByOneChosen(turn),
            Choice.AGREE: events.ConsentAnswered(turn, True, now, text_hash),
            Choice.REFUSE: events.ConsentAnswered(turn, False, now, text_hash),
            **{
                choice: events.Decided(turn, made, text_hash) for choice, made in _DECISIONS.items()
            },
            Choice.MORE_TIME: events.MoreTimeWanted(turn),
            Choice.END: events.Cancelled(turn),
        }
        return meaning[pressed]


@dataclass(slots=True)
class KeypadIntake:
    """Hears a physical PIN pad.

    Its keys are digits where digits are asked for. On any other page they lead through the buttons,
    as on a telephone: 2 and 4 back, 6 and 8 on, 5 in the middle presses
    (facts/screens_and_agent.md §6.4).
    """

    post: Post
    screen: Screen
    desks: tuple[PinDesk | PrintedCodeDesk, ...]
    """Where digits are typed, one at a time."""
    now_s: Callable[[], float] = time.monotonic
    _answered_turn: int | None = None
    """Its warning was answered by a key already."""
    _typed_at_s: float = float("-inf")

    def key_pressed(self, key: Key) -> None:
        """A key was pressed."""
        for desk in self.desks:
            if (turn := desk.turn) is not None:
                self._typed_at_s = self.now_s()
                self._typed(desk, turn, key)
                return
        # Digits that came too late are no steps through what is shown now.
        is_late = self.now_s() - self._typed_at_s < _LATE_DIGITS_S
        if (move := _MOVES.get(key)) is not None and not is_late:
            self.screen.move(move)

    def _typed(self, desk: PinDesk | PrintedCodeDesk, turn: int, key: Key) -> None:
        # Once for a warning: when each digit was typed is nobody's business.
        is_warned = self.screen.warned_turn() == turn
        if is_warned and self._answered_turn != turn:
            self.post(events.MoreTimeWanted(turn))
        self._answered_turn = turn if is_warned else None
        match key:
            case Key.CONFIRM:
                desk.confirm(turn)
            case Key.ERASE:
                desk.erase(turn)
            case Key.CANCEL:
                self.post(events.Cancelled(turn))
            case _:
                if key.digit is not None:
                    desk.type_digit(key.digit)


@dataclass(slots=True)
class HostIntake:
    """Hears the reception PC."""

    post: Post
    clock: Clock
    may_be_born_on: Callable[[str], bool]
    """Whether the card's holder may be born on that day, `yyyymmdd`."""
    record: RecordJobs | None = None
    """Set once the outbox is open; until then the link is not started."""

    def agent_connected(self, hello: AgentHello) -> None:
        """Take the time, send what is not acknowledged, name a visit that is under way."""
        self.clock.set_from_agent(hello.unix_ms)
        self.post(events.AgentConnected())
        if self.record:
            self.record.send_pending()

    def agent_lost(self) -> None:
        """The cable or the PC is gone."""
        if self.record:
            self.record.link_lost()
        self.post(events.AgentLost())

    def agent_said(self, message: FromAgent) -> None:
        """A message arrived."""
        match message:
            case VisitChallenge():
                self.post(events.ChallengeReceived(message))
            case VisitOptions():
                self.post(events.OptionsReceived(message, self._is_of_another(message)))
            case VisitRefused():
                self.post(events.RefusalReceived(message))
            case ResultAcknowledged(seq):
                if self.record:
                    self.record.acknowledge(seq)

    def _is_of_another(self, options: VisitOptions) -> bool:
        return options.birthdate is not None and not self.may_be_born_on(options.birthdate)

    def result_counts(self) -> ResultCounts:
        """See `HostListener.result_counts`."""
        return self.record.counts if self.record else ResultCounts(0, 0, 0)
