"""Draw docs/STATES.md by walking the visit machine itself, or check that it is still true.

`python -m tools.draw_states` writes docs/STATES.md; with `--check` it writes nothing and
ends with status 1 when the file is out of date.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from device.visit import events, machine
from device.visit.effects import Effect
from device.visit.policy import VisitPolicy
from device.visit.progress import step_of
from device.visit.state import State
from hostlink.messages import FaceMatch, Moment, VisitChallenge, VisitOptions, VisitRefused
from hostlink.terms import (
    CardKind,
    ConsentItem,
    Decision,
    Emergency,
    FailureCode,
    MatchBand,
    Question,
    TimeSource,
)

STATES_FILE = Path(__file__).parent.parent / "docs" / "STATES.md"
VISIT = b"v" * 16
MOMENT = Moment(1_795_000_000_000, 1, TimeSource.AGENT)
MATCH = FaceMatch(MatchBand.CLEAR_MATCH, "adults")
OPTIONS = VisitOptions(
    VISIT, "受付　太郎", is_registered=True, consents=tuple(ConsentItem), notices=()
)

TYPING = VisitPolicy(may_type_printed_code=True, may_staff_verify=True)
"""A clinic that lets everything be done that can be done."""

EVERYWHERE = {"CardRemoved", "CardPlaced", "SlotLost", "Cancelled", "TimedOut", "JobFailed"}
QUIET = {"Idle", "KeepingRecord", "TakingCard", "CardTaken"}
"""States that know nobody: here the events above are the story itself."""


def possible_events(turn: int) -> Iterator[events.Event]:
    """Every kind of event, answered for this turn, in each variant that leads elsewhere."""
    yield from (events.CardPlaced(VISIT), events.CardRemoved())
    yield from (events.SlotLost(), events.SlotReady())
    yield events.CardRecognised(turn, CardKind.MY_NUMBER, True, True, 3)
    yield events.CardRecognised(turn, CardKind.MY_NUMBER, True, True, 1)
    yield events.CardRecognised(turn, CardKind.MY_NUMBER, True, True, 1, has_front=False)
    yield events.CardRecognised(turn, CardKind.FACE_ONLY, False, True, 0)
    yield events.CardRecognised(turn, CardKind.IPHONE, False, False, None)
    yield events.CardRecognised(turn, CardKind.MY_NUMBER, True, True, 3, has_terminal=True)
    yield from (events.StaffChosen(turn), events.BackChosen(turn))
    yield from (events.StaffPasswordEntered(turn), events.StaffPasswordAccepted(turn))
    yield from (
        events.StaffPasswordRejected(turn, True, 1),
        events.StaffAnswered(turn, True, MOMENT),
    )
    yield events.StaffAnswered(turn, False, MOMENT)
    yield from (events.JobFailed(turn, FailureCode.FACE_NOT_MATCHED),)
    yield events.JobFailed(turn, FailureCode.CARD_FACE_DOWN)
    yield from (events.JobFailed(turn, FailureCode.CARD_UNREADABLE), events.TimedOut(turn))
    yield from (events.TimeRunsShort(turn), events.MoreTimeWanted(turn))
    yield from (events.FaceChosen(turn), events.PinChosen(turn), events.PinEntered(turn))
    yield from (events.CodeTypingChosen(turn), events.PrintedCodeEntered(turn))
    yield from (events.LastTryConfirmed(turn), events.RegistrationAccepted(turn))
    yield from (events.AllConsentsAnswered(turn, True, MOMENT, b""), events.OneByOneChosen(turn))
    yield from (events.ConsentAnswered(turn, False, MOMENT, b""), events.Cancelled(turn))
    yield events.ConsentsUnobtainable(turn, MOMENT, b"")
    yield from (events.Decided(turn, decision, b"") for decision in Decision)
    yield events.FaceMatched(turn, MOMENT, MATCH)
    yield from (events.PinAccepted(turn, MOMENT), events.PinRejected(turn, 2))
    yield from (events.AgentConnected(), events.AgentLost())
    yield events.ChallengeReceived(VisitChallenge(VISIT, b"n" * 16, b"c" * 32))
    yield events.ChallengeSigned(turn, b"certificate", b"signature", MOMENT)
    yield events.OptionsReceived(OPTIONS)
    yield events.OptionsReceived(replace(OPTIONS, is_registered=False, consents=()))
    yield events.OptionsReceived(replace(OPTIONS, questions=tuple(Question)))
    yield events.RefusalReceived(VisitRefused(VISIT, FailureCode.ELIGIBILITY_NOT_FOUND))
    yield events.RecordKept(turn)


AMBULANCE = replace(TYPING, emergency=Emergency.AMBULANCE)


class Transition(NamedTuple):
    """What one event makes of one state."""

    before: State
    event: events.Event
    after: State
    effects: tuple[Effect, ...]


@cache
def explore(policy: VisitPolicy = TYPING) -> tuple[Transition, ...]:
    """Walk from the start through every event until nothing new is found.

    States that differ only in their turn count as one, so the walk ends.
    """
    start = replace(machine.begin()[0], turn=0)
    found, unseen = {start}, [start]
    transitions = []
    while unseen:
        state = unseen.pop()
        for event in possible_events(state.turn):
            reached, effects = machine.advance(state, event, policy)
            after = replace(reached, turn=0)
            transitions.append(Transition(state, event, after, effects))
            if after not in found:
                found.add(after)
                unseen.append(after)
    return tuple(transitions)


def draw() -> str:
    """The state diagram and the table of transitions, as Markdown."""
    transitions: dict[tuple[str, str], set[str]] = defaultdict(set)
    steps = (*explore(), *explore(AMBULANCE))
    for before, event, after, _ in steps:
        if type(before) is not type(after):
            pair = (type(before).__name__, type(after).__name__)
            transitions[pair].add(type(event).__name__)
    lines = ["stateDiagram-v2", "    [*] --> OutOfService"]
    for (before_name, after_name), names in sorted(transitions.items()):
        shown = sorted(names - EVERYWHERE) if before_name not in QUIET else sorted(names)
        if shown:
            lines.append(f"    {before_name} --> {after_name} : {', '.join(shown)}")
    told: dict[str, set[str]] = defaultdict(set)
    for _, _, after, _ in steps:
        step = step_of(after)
        told[type(after).__name__].add(step.name if step else "nothing new")
    table = [
        f"| {before_name} | {after_name} | {', '.join(sorted(names))} |"
        for (before_name, after_name), names in sorted(transitions.items())
    ]
    return "\n".join(
        [
            "# The states of a visit",
            "",
            "Drawn from `device/visit/machine.py` by `python -m tools.draw_states`;"
            " `make check` fails when it is out of date. While a patient is known, these can"
            " happen in every state and are left out of the picture:"
            f" {', '.join(sorted(EVERYWHERE))}."
            " The table below has every transition.",
            "",
            "```mermaid",
            *lines,
            "```",
            "",
            "| from | to | on |",
            "|---|---|---|",
            *table,
            "",
            "## What the reception PC is told",
            "",
            "The step of each state in VisitProgressed ([HOSTLINK.md](HOSTLINK.md) §6), by"
            " `device/visit/progress.py`.",
            "",
            "| state | step |",
            "|---|---|",
            *(f"| {name} | {', '.join(sorted(names))} |" for name, names in sorted(told.items())),
            "",
        ]
    )


def main() -> int:
    """Write the file, or compare with it."""
    text = draw()
    if "--check" not in sys.argv[1:]:
        STATES_FILE.write_text(text, encoding="utf-8")
        return 0
    if STATES_FILE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/STATES.md is out of date: run `python -m tools.draw_states`")
    return 1


if __name__ == "__main__":
    sys.exit(main())
