"""From a card on the reader to a proven identity: recognise, face or PIN, the card's signature.

Source: facts/oqs.md §7.2 (method), facts/security.md §3.4 (when a PIN may be sent).
"""

from dataclasses import replace
from typing import assert_never

from device.visit.effects import (
    Choice,
    CountPinTries,
    Effect,
    ForgetPin,
    OpenPinEntry,
    PageName,
    ShowPage,
    StartFaceCheck,
    StartTimer,
    StopFaceCheck,
    TellAgent,
    VerifyPin,
)
from device.visit.ending import end
from device.visit.events import (
    Cancelled,
    CardRecognised,
    Event,
    FaceChosen,
    FaceMatched,
    JobFailed,
    LastTryConfirmed,
    PinAccepted,
    PinChosen,
    PinEntered,
    PinRejected,
    PinTriesCounted,
    TimedOut,
)
from device.visit.failing import fail, may_try_face, may_try_pin
from device.visit.policy import VisitPolicy
from device.visit.proving import proving_identity, verified
from device.visit.state import (
    CheckingFace,
    ChoosingMethod,
    ConfirmingLastTry,
    CountingPinTries,
    EnteringPin,
    Failing,
    ProvingIdentity,
    Recognising,
    State,
    VerifyingPin,
    VerifyingState,
    Visit,
)
from hostlink.messages import VisitOpened
from hostlink.terms import FailureCode, VerificationMethod, VisitOutcome

Step = tuple[State, tuple[Effect, ...]]


def advance_verifying(  # noqa: C901 - one line for each state
    state: VerifyingState, event: Event, policy: VisitPolicy
) -> Step:
    """Apply an event to a visit whose patient is not proven yet."""
    if isinstance(event, Cancelled):
        turn, cancelled = state.turn + 1, FailureCode.CANCELLED
        if isinstance(state, Failing):
            return end(turn, state.visit, VisitOutcome.FAILED, state.failure, policy)
        return end(turn, state.visit, VisitOutcome.ABANDONED, cancelled, policy)
    if isinstance(event, JobFailed):
        return fail(state.turn + 1, state.visit, event.failure, policy)
    match state:
        case Recognising():
            return _recognising(state, event, policy)
        case ChoosingMethod():
            return _choosing_method(state, event, policy)
        case CheckingFace():
            return _checking_face(state, event, policy)
        case CountingPinTries():
            return _counting_pin_tries(state, event, policy)
        case EnteringPin():
            return _entering_pin(state, event, policy)
        case ConfirmingLastTry():
            return _confirming_last_try(state, event, policy)
        case VerifyingPin():
            return _verifying_pin(state, event, policy)
        case ProvingIdentity():
            return proving_identity(state, event, policy)
        case Failing():
            return _failing(state, event, policy)
        case _:
            assert_never(state)


def _time_out(state: VerifyingState, policy: VisitPolicy) -> Step:
    """The patient went silent; nothing of the visit is kept waiting for the next one."""
    turn, timed_out = state.turn + 1, FailureCode.TIMED_OUT
    return end(turn, state.visit, VisitOutcome.ABANDONED, timed_out, policy)


def _recognising(state: Recognising, event: Event, policy: VisitPolicy) -> Step:
    turn = state.turn + 1
    match event:
        case CardRecognised(kind=kind, has_pin=has_pin, has_face=has_face):
            if not (has_pin or has_face):
                return fail(turn, state.visit, FailureCode.CARD_NOT_ACCEPTED, policy)
            visit = replace(state.visit, kind=kind, has_pin=has_pin, has_face=has_face)
            choices = ((Choice.FACE,) if has_face else ()) + ((Choice.PIN,) if has_pin else ())
            return ChoosingMethod(turn, visit), (
                ShowPage(turn, PageName.CHOOSE_METHOD, (*choices, Choice.END)),
                StartTimer(turn, policy.choose_s),
                TellAgent(VisitOpened(visit.visit_id, kind)),
            )
        case TimedOut():
            return fail(turn, state.visit, FailureCode.CARD_UNREADABLE, policy)
        case _:
            return state, ()


def _choosing_method(state: ChoosingMethod, event: Event, policy: VisitPolicy) -> Step:
    match event:
        case FaceChosen() if may_try_face(state.visit, policy):
            return _check_face(state.turn + 1, state.visit, policy)
        case PinChosen() if may_try_pin(state.visit, policy):
            return _count_pin_tries(state.turn + 1, state.visit, policy)
        case TimedOut():
            return _time_out(state, policy)
        case _:
            return state, ()


def _check_face(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    visit = replace(visit, face_attempts=visit.face_attempts + 1)
    pin = (Choice.PIN,) if may_try_pin(visit, policy) else ()
    return CheckingFace(turn, visit), (
        ShowPage(turn, PageName.FACE, (*pin, Choice.END)),
        StartTimer(turn, policy.face_s),
        StartFaceCheck(turn),
    )


def _checking_face(state: CheckingFace, event: Event, policy: VisitPolicy) -> Step:
    turn = state.turn + 1
    match event:
        case FaceMatched(at=at):
            return verified(turn, state.visit, VerificationMethod.FACE, at, policy)
        case PinChosen() if may_try_pin(state.visit, policy):
            after, effects = _count_pin_tries(turn, state.visit, policy)
            return after, (StopFaceCheck(), *effects)
        case TimedOut():
            return fail(turn, state.visit, FailureCode.FACE_NOT_SEEN, policy)
        case _:
            return state, ()


def _count_pin_tries(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    return CountingPinTries(turn, visit), (
        ShowPage(turn, PageName.CHECKING),
        StartTimer(turn, policy.card_work_s),
        CountPinTries(turn),
    )


def _counting_pin_tries(state: CountingPinTries, event: Event, policy: VisitPolicy) -> Step:
    turn = state.turn + 1
    match event:
        case PinTriesCounted(tries_left=0):
            return fail(turn, state.visit, FailureCode.PIN_LOCKED, policy)
        case PinTriesCounted(tries_left=tries_left):
            return _enter_pin(turn, state.visit, tries_left, policy)
        case TimedOut():
            return fail(turn, state.visit, FailureCode.CARD_UNREADABLE, policy)
        case _:
            return state, ()


def _enter_pin(turn: int, visit: Visit, tries_left: int, policy: VisitPolicy) -> Step:
    page = ShowPage(
        turn,
        PageName.PIN,
        (Choice.CONFIRM, Choice.ERASE, Choice.END),
        tries_left=tries_left,
        is_retry=visit.wrong_pins > 0,
    )
    effects = (OpenPinEntry(turn), page, StartTimer(turn, policy.pin_s))
    return EnteringPin(turn, visit, tries_left), effects


def _entering_pin(state: EnteringPin, event: Event, policy: VisitPolicy) -> Step:
    turn = state.turn + 1
    match event:
        case PinEntered() if state.tries_left == 1:
            face = (Choice.FACE,) if may_try_face(state.visit, policy) else ()
            choices = (Choice.CONFIRM_LAST_TRY, *face, Choice.END)
            return ConfirmingLastTry(turn, state.visit), (
                ShowPage(turn, PageName.PIN_LAST_TRY, choices, tries_left=1),
                StartTimer(turn, policy.pin_s),
            )
        case PinEntered():
            return _verify_pin(turn, state.visit, policy)
        case TimedOut():
            return _time_out(state, policy)
        case _:
            return state, ()


def _confirming_last_try(state: ConfirmingLastTry, event: Event, policy: VisitPolicy) -> Step:
    turn = state.turn + 1
    match event:
        case LastTryConfirmed():
            return _verify_pin(turn, state.visit, policy)
        case FaceChosen() if may_try_face(state.visit, policy):
            after, effects = _check_face(turn, state.visit, policy)
            return after, (ForgetPin(), *effects)
        case TimedOut():
            return _time_out(state, policy)
        case _:
            return state, ()


def _verify_pin(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    return VerifyingPin(turn, visit), (
        ShowPage(turn, PageName.CHECKING),
        StartTimer(turn, policy.card_work_s),
        VerifyPin(turn),
    )


def _verifying_pin(state: VerifyingPin, event: Event, policy: VisitPolicy) -> Step:
    turn = state.turn + 1
    match event:
        case PinAccepted(at=at):
            return verified(turn, state.visit, VerificationMethod.PIN, at, policy)
        case PinRejected(tries_left=tries_left):
            visit = replace(state.visit, wrong_pins=state.visit.wrong_pins + 1)
            if tries_left == 0:
                return fail(turn, visit, FailureCode.PIN_LOCKED, policy)
            if not may_try_pin(visit, policy):
                return fail(turn, visit, FailureCode.PIN_REJECTED, policy)
            return _enter_pin(turn, visit, tries_left, policy)
        case TimedOut():
            return fail(turn, state.visit, FailureCode.PIN_OUTCOME_UNKNOWN, policy)
        case _:
            return state, ()


def _failing(state: Failing, event: Event, policy: VisitPolicy) -> Step:
    match event:
        case FaceChosen() if may_try_face(state.visit, policy):
            return _check_face(state.turn + 1, state.visit, policy)
        case PinChosen() if may_try_pin(state.visit, policy):
            return _count_pin_tries(state.turn + 1, state.visit, policy)
        case TimedOut():
            turn = state.turn + 1
            return end(turn, state.visit, VisitOutcome.FAILED, state.failure, policy)
        case _:
            return state, ()
