"""What the reception PC is told of where a patient is: coarse steps, and no attempts.

News and no record: what is lost with the link is not said again, but where the patient is now is
told anew when the link is back. Decision 0035 says what a step leaves out, and why.
"""

from dataclasses import replace
from typing import assert_never

from device.visit.events import AgentConnected, Event
from device.visit.state import (
    AskingConsent,
    AskingQuestion,
    AwaitingOptions,
    CardTaken,
    CheckingFace,
    CheckingPassword,
    ChoosingMethod,
    ComparingFace,
    ConfirmingLastTry,
    EnteringPassword,
    EnteringPin,
    EnteringPrintedCode,
    Failing,
    Idle,
    KeepingRecord,
    OutOfService,
    ProvingIdentity,
    RecallingPin,
    Recognising,
    Registering,
    State,
    TakingCard,
    VerifyingPin,
    VisitState,
)
from hostlink.messages import VisitProgressed
from hostlink.terms import VisitStep


def progress(
    told: VisitProgressed | None, event: Event, state: State
) -> tuple[VisitProgressed | None, tuple[VisitProgressed, ...]]:
    """What is to be told after an event.

    Args:
        told: What was told last; None: nothing yet.
        event: What happened.
        state: Where the visit stands now.

    Returns:
        What counts as told from now on, and what to tell: nothing while the step stays the same.
    """
    now = _now(told, state)
    if now is None or (now == told and not isinstance(event, AgentConnected)):
        return told, ()
    if told is not None and told.visit_id != now.visit_id and told.step is not VisitStep.LEFT:
        # The cards were exchanged and nobody saw the first one leave.
        return now, (replace(told, step=VisitStep.LEFT), now)
    return now, (now,)


def step_of(state: State) -> VisitStep | None:  # noqa: C901 - one line for each step
    """The step of a state; None: it is no news, the patient is where they were before."""
    match state:
        case Recognising():
            return VisitStep.CARD_READ
        case ChoosingMethod():
            return VisitStep.CHOOSING
        case CheckingFace():
            return VisitStep.FACE
        case EnteringPrintedCode():
            return VisitStep.PRINTED_CODE
        case EnteringPin() | ConfirmingLastTry() | VerifyingPin() | RecallingPin():
            return VisitStep.PIN
        case EnteringPassword() | CheckingPassword():
            return VisitStep.STAFF_WANTED
        case ComparingFace():
            return VisitStep.STAFF_COMPARING
        case ProvingIdentity() | AwaitingOptions():
            return VisitStep.ELIGIBILITY
        case Registering() | AskingConsent() | AskingQuestion():
            return VisitStep.ANSWERING
        case TakingCard():
            return VisitStep.CARD_TO_BE_TAKEN
        case KeepingRecord(options=None) | CardTaken() | Idle() | OutOfService():
            return VisitStep.LEFT
        case Failing() | KeepingRecord():
            # A page between two attempts would tell how many there were; the disk takes no time.
            return None
        case _:
            assert_never(state)


def _now(told: VisitProgressed | None, state: State) -> VisitProgressed | None:
    step = step_of(state)
    if step is None:
        return told
    if isinstance(state, VisitState):
        return VisitProgressed(state.visit.visit_id, step)
    # These states know nobody any more; it is still the visit that was told of last.
    return None if told is None else replace(told, step=step)
