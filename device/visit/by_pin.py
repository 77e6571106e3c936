"""Verification by PIN. A card's last try is spent only after the patient said so.

Source: facts/security.md §3.4 (when a PIN may be sent).
"""

from dataclasses import replace

from device.visit.effects import (
    Choice,
    Effect,
    ForgetPin,
    PageName,
    RecallPin,
    ShowPage,
    StartTimer,
    VerifyPin,
)
from device.visit.ending import give_up
from device.visit.events import (
    Event,
    FaceChosen,
    LastTryConfirmed,
    PinAccepted,
    PinEntered,
    PinRejected,
    TimedOut,
)
from device.visit.failing import fail, may_try_face, may_try_pin
from device.visit.patience import wait_for_patient
from device.visit.policy import VisitPolicy
from device.visit.proving import verified
from device.visit.state import (
    ConfirmingLastTry,
    EnteringPin,
    RecallingPin,
    State,
    Verification,
    VerifyingPin,
    Visit,
)
from device.visit.ways import choose_face, enter_pin
from hostlink.terms import FailureCode, VerificationMethod

Step = tuple[State, tuple[Effect, ...]]


def entering_pin(state: EnteringPin, event: Event, policy: VisitPolicy) -> Step:
    """Wait for four digits."""
    turn = state.turn + 1
    match event:
        case PinEntered() if state.visit.pin_tries_left == 1:
            return _confirm_last_try(turn, state.visit, policy)
        case PinEntered():
            return _verify_pin(turn, state.visit, policy)
        case TimedOut():
            return give_up(turn, state.visit, policy)
        case _:
            return state, ()


def confirming_last_try(state: ConfirmingLastTry, event: Event, policy: VisitPolicy) -> Step:
    """Wait for an explicit yes; the face is the way around it."""
    turn = state.turn + 1
    match event:
        case LastTryConfirmed():
            return _verify_pin(turn, state.visit, policy)
        case FaceChosen() if may_try_face(state.visit, policy):
            after, effects = choose_face(turn, state.visit, policy)
            return after, (ForgetPin(), *effects)
        case TimedOut():
            return give_up(turn, state.visit, policy)
        case _:
            return state, ()


def verifying_pin(state: VerifyingPin, event: Event, policy: VisitPolicy) -> Step:
    """Wait for the card's word."""
    turn = state.turn + 1
    match event:
        case PinAccepted(at=at):
            verification = Verification(VerificationMethod.PIN, at)
            return verified(turn, state.visit, verification, policy)
        case PinRejected(tries_left=tries_left):
            return _rejected(turn, state.visit, tries_left, policy)
        case TimedOut():
            return RecallingPin(turn, state.visit), (
                StartTimer(turn, policy.card_work_s),
                RecallPin(turn),
            )
        case _:
            return state, ()


def recalling_pin(state: RecallingPin, event: Event, policy: VisitPolicy) -> Step:
    """Wait for `JobFailed`, which tells whether the PIN was sent; untold, it may have been."""
    if isinstance(event, TimedOut):
        return fail(state.turn + 1, state.visit, FailureCode.PIN_OUTCOME_UNKNOWN, policy)
    return state, ()


def _confirm_last_try(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    face = (Choice.FACE,) if may_try_face(visit, policy) else ()
    choices = (Choice.CONFIRM_LAST_TRY, *face, Choice.END)
    state = ConfirmingLastTry(turn, visit)
    return state, (
        ShowPage(turn, PageName.PIN_LAST_TRY, choices, tries_left=1, is_phone=visit.is_phone),
        wait_for_patient(state, policy),
    )


def _verify_pin(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    return VerifyingPin(turn, visit), (
        ShowPage(turn, PageName.CHECKING, is_phone=visit.is_phone),
        StartTimer(turn, policy.card_work_s),
        VerifyPin(turn),
    )


def _rejected(turn: int, visit: Visit, tries_left: int, policy: VisitPolicy) -> Step:
    visit = replace(visit, wrong_pins=visit.wrong_pins + 1, pin_tries_left=tries_left)
    if tries_left == 0:
        return fail(turn, visit, FailureCode.PIN_LOCKED, policy)
    if not may_try_pin(visit, policy):
        return fail(turn, visit, FailureCode.PIN_REJECTED, policy)
    return enter_pin(turn, visit, policy)
