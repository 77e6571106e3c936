"""The reception PC is told of each step once, of no attempt, and anew when the link is back."""

from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise
from typing import get_args

import pytest

from device.visit import events, machine
from device.visit.policy import VisitPolicy
from device.visit.progress import progress, step_of
from device.visit.state import Failing, Idle, KeepingRecord, State
from hostlink.messages import VisitProgressed
from hostlink.terms import VisitStep
from tests.device.visit.test_promises import KNOWN, PHONE, STAFFED, WHOLE, named
from tools.draw_states import AMBULANCE, TYPING, VISIT

Told = VisitProgressed | None
News = tuple[Told, tuple[VisitProgressed, ...]]
Progress = Callable[[Told, events.Event, State], News]
NEXT_VISIT = b"n" * 16
MISSED = "JobFailed FaceChosen "
MISTYPED = "PinRejected PinEntered "
BY_PIN = "CardPlaced CardRecognised PinChosen PinEntered "


class Reader:
    """A visit and what the reception PC hears of it."""

    def __init__(self, tell: Progress = progress, policy: VisitPolicy = TYPING) -> None:
        self._tell = tell
        self._policy = policy
        self._told: Told = None
        self.state: State = Idle(1)
        self.heard: list[VisitProgressed] = []

    def meet(self, event: events.Event) -> None:
        self.state, _ = machine.advance(self.state, event, self._policy)
        self._told, news = self._tell(self._told, event, self.state)
        self.heard += news

    def live(self, names: str) -> "Reader":
        """Meet events by the names of `test_promises.named`."""
        for name in names.split():
            self.meet(named(name, self.state.turn))
        return self

    @property
    def steps(self) -> str:
        return " ".join(each.step.name.lower() for each in self.heard)


@pytest.mark.parametrize(
    ("history", "steps"),
    [
        (WHOLE, "card_read choosing face eligibility answering card_to_be_taken left"),
        (PHONE, "card_read eligibility answering card_to_be_taken left"),
        (
            STAFFED,
            "card_read choosing staff_wanted staff_comparing eligibility answering"
            " card_to_be_taken left",
        ),
        (BY_PIN + "PinAccepted", "card_read choosing pin eligibility"),
        (KNOWN + "CardRemoved TimedOut", "card_read choosing face left"),
        (KNOWN + "SlotLost SlotReady", "card_read choosing face left"),
        ("CardPlaced JobFailed TimedOut TimedOut", "card_read card_to_be_taken"),
        (
            WHOLE.replace("RecordKept CardRemoved", "CardRemoved RecordKept"),
            "card_read choosing face eligibility answering left",
        ),
        ("SlotLost SlotReady", ""),
    ],
)
def test_the_steps_of_a_visit(history: str, steps: str) -> None:
    assert Reader().live(history).steps == steps


def test_a_crew_compares_at_once() -> None:
    reader = Reader(policy=AMBULANCE).live("CardPlaced TRUSTING")
    assert reader.steps == "card_read staff_comparing"


def test_every_state_is_a_step_but_those_between_two() -> None:
    """Whatever else a state holds; mypy watches that the function names each of them."""
    steps = {
        kind: step_of(kind(**{field.name: object() for field in fields(kind)}))
        for kind in get_args(State)
    }
    assert {kind for kind, step in steps.items() if step is None} == {Failing, KeepingRecord}
    assert set(steps.values()) == {None, *VisitStep}


def test_all_news_of_a_visit_bear_its_name_also_when_it_is_forgotten() -> None:
    assert {each.visit_id for each in Reader().live(WHOLE).heard} == {VISIT}


def test_exchanged_cards_are_two_visits() -> None:
    reader = Reader().live(KNOWN)
    reader.meet(events.CardPlaced(NEXT_VISIT))
    assert reader.heard[-2:] == [
        VisitProgressed(VISIT, VisitStep.LEFT),
        VisitProgressed(NEXT_VISIT, VisitStep.CARD_READ),
    ]


def test_the_next_patient_is_told_once() -> None:
    reader = Reader().live(WHOLE)
    reader.meet(events.CardPlaced(NEXT_VISIT))
    assert reader.steps.count("left") == 1


@pytest.mark.parametrize(("history", "step"), [(KNOWN, "face"), (WHOLE, "left")])
def test_when_the_agent_is_back_it_is_told_anew(history: str, step: str) -> None:
    reader = Reader().live(history)
    reader.live("AgentLost AgentConnected AgentConnected")
    assert reader.steps.split()[-3:] == [step] * 3


def test_between_two_attempts_the_agent_is_told_where_the_patient_was() -> None:
    assert Reader().live(KNOWN + "JobFailed AgentConnected").steps.split()[-2:] == ["face", "face"]


def test_before_the_first_patient_there_is_nothing_to_tell() -> None:
    assert Reader().live("AgentConnected").heard == []


def told_once(tell: Progress) -> None:
    """A page that stays longer, a card that is called out again: no news."""
    patient = "TimeRunsShort MoreTimeWanted PinEntered PinRejected TimeRunsShort TimedOut TimedOut"
    heard = Reader(tell).live("CardPlaced CardRecognised PinChosen " + patient).heard
    assert all(one != next_one for one, next_one in pairwise(heard))


def attempts_hidden(tell: Progress) -> None:
    """However often somebody looked into the camera or typed, the agent hears the same."""
    for begin, again, end in ((KNOWN, MISSED, "FaceMatched"), (BY_PIN, MISTYPED, "PinAccepted")):
        first, second = (Reader(tell).live(begin + again * n + end) for n in range(2))
        assert first.steps.endswith("eligibility")
        assert first.steps == second.steps


def told_anew(tell: Progress) -> None:
    """An agent that was away hears where the patient is now."""
    reader = Reader(tell).live(KNOWN)
    reader.heard.clear()
    reader.live("AgentConnected")
    assert reader.heard == [VisitProgressed(VISIT, VisitStep.FACE)]


def tells_every_event(told: Told, event: events.Event, state: State) -> News:
    """Bad: whoever listens can count what happens on one page."""
    told, _ = progress(told, event, state)
    return told, () if told is None else (told,)


def tells_failures(told: Told, event: events.Event, state: State) -> News:
    """Bad: who is not recognised is told to be choosing, once for each attempt."""
    if isinstance(state, Failing):
        chooses = VisitProgressed(state.visit.visit_id, VisitStep.CHOOSING)
        return chooses, (chooses,)
    return progress(told, event, state)


def believes_it_was_heard(told: Told, event: events.Event, state: State) -> News:
    """Bad: an agent that comes back knows nothing until the patient goes on."""
    return (told, ()) if isinstance(event, events.AgentConnected) else progress(told, event, state)


@pytest.mark.parametrize(
    ("bad", "promise"),
    [
        (tells_every_event, told_once),
        (tells_failures, attempts_hidden),
        (believes_it_was_heard, told_anew),
    ],
)
def test_each_promise_holds_and_a_bad_reader_is_caught(
    bad: Progress, promise: Callable[[Progress], None]
) -> None:
    promise(progress)
    with pytest.raises(AssertionError):
        promise(bad)
