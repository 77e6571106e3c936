"""How long a page waits for the patient, and the warning before it stops waiting.

Some need more time than others, and whoever asks for more always gets it (WCAG 2.2, 2.2.1).
"""

from typing import TypeGuard, assert_never

from device.visit.effects import Effect, StartTimer, TakeBackWarning, WarnOfEnd
from device.visit.policy import VisitPolicy
from device.visit.state import (
    AskingConsent,
    AskingQuestion,
    ChoosingMethod,
    ComparingFace,
    ConfirmingLastTry,
    EnteringPassword,
    EnteringPin,
    EnteringPrintedCode,
    Failing,
    Registering,
    State,
)

WaitingForPatient = (
    ChoosingMethod
    | EnteringPrintedCode
    | EnteringPin
    | ConfirmingLastTry
    | EnteringPassword
    | ComparingFace
    | Registering
    | AskingConsent
    | AskingQuestion
    | Failing
)
"""States that a patient who goes silent ends."""

Step = tuple[State, tuple[Effect, ...]]


def wait_for_patient(state: WaitingForPatient, policy: VisitPolicy) -> StartTimer:
    """The time of the page this state shows; a short one is halved by the warning."""
    longest_s = _longest_s(state, policy)
    return StartTimer(state.turn, longest_s, min(policy.warn_s, longest_s / 2))


def time_runs_short(state: State, policy: VisitPolicy) -> Step:
    """Warn the patient while there is still time to answer."""
    if not _may_go_on(state):
        return state, ()
    return state, (WarnOfEnd(state.turn, wait_for_patient(state, policy).warn_s),)


def more_time_wanted(state: State, policy: VisitPolicy) -> Step:
    """Begin this page's time anew; nothing else of it changes."""
    if not _may_go_on(state):
        return state, ()
    return state, (TakeBackWarning(state.turn), wait_for_patient(state, policy))


def _may_go_on(state: State) -> TypeGuard[WaitingForPatient]:
    """A patient who finds the page that asks staff must not be able to keep it."""
    is_for_staff = isinstance(state, ComparingFace) and not state.visit.is_with_crew
    return isinstance(state, WaitingForPatient) and not is_for_staff


def _longest_s(state: WaitingForPatient, policy: VisitPolicy) -> float:
    match state:
        case EnteringPrintedCode():
            return policy.type_code_s
        case EnteringPin() | ConfirmingLastTry() | EnteringPassword():
            return policy.pin_s
        case (
            ChoosingMethod()
            | ComparingFace()
            | Registering()
            | AskingConsent()
            | AskingQuestion()
            | Failing()
        ):
            return policy.choose_s
        case _:
            assert_never(state)
