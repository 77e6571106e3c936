"""From a card on the reader to a proven identity: recognise it, then let the patient choose.

Source: facts/oqs.md §7.2 (method), §7.8 (phones).
"""

from dataclasses import replace
from typing import assert_never

from device.visit.by_face import checking_face, entering_printed_code
from device.visit.by_pin import confirming_last_try, entering_pin, recalling_pin, verifying_pin
from device.visit.by_staff import (
    checking_password,
    compare_face,
    comparing_face,
    enter_password,
    entering_password,
)
from device.visit.effects import (
    Effect,
    TellAgent,
)
from device.visit.ending import end, give_up
from device.visit.events import (
    Cancelled,
    CardRecognised,
    CodeTypingChosen,
    Event,
    FaceChosen,
    JobFailed,
    PinChosen,
    StaffChosen,
    TimedOut,
)
from device.visit.failing import (
    fail,
    may_ask_staff,
    may_try_face,
    may_try_pin,
    may_type_code,
)
from device.visit.policy import VisitPolicy
from device.visit.proving import asks_its_holder, prove_identity, proving_identity
from device.visit.state import (
    CheckingFace,
    CheckingPassword,
    ChoosingMethod,
    ComparingFace,
    ConfirmingLastTry,
    EnteringPassword,
    EnteringPin,
    EnteringPrintedCode,
    Failing,
    ProvingIdentity,
    RecallingPin,
    Recognising,
    State,
    VerifyingPin,
    VerifyingState,
    Visit,
)
from device.visit.ways import choose_face, choose_method, choose_pin, enter_printed_code
from hostlink.messages import VisitOpened
from hostlink.terms import CardKind, FailureCode, VisitOutcome

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
            return checking_face(state, event, policy)
        case EnteringPrintedCode():
            return entering_printed_code(state, event, policy)
        case EnteringPin():
            return entering_pin(state, event, policy)
        case ConfirmingLastTry():
            return confirming_last_try(state, event, policy)
        case VerifyingPin():
            return verifying_pin(state, event, policy)
        case RecallingPin():
            return recalling_pin(state, event, policy)
        case EnteringPassword():
            return entering_password(state, event, policy)
        case CheckingPassword():
            return checking_password(state, event, policy)
        case ComparingFace():
            return comparing_face(state, event, policy)
        case ProvingIdentity():
            return proving_identity(state, event, policy)
        case Failing():
            return _failing(state, event, policy)
        case _:
            assert_never(state)


def _recognising(state: Recognising, event: Event, policy: VisitPolicy) -> Step:
    turn = state.turn + 1
    match event:
        case CardRecognised():
            return _recognised(turn, state.visit, event, policy)
        case TimedOut():
            return fail(turn, state.visit, FailureCode.CARD_UNREADABLE, policy)
        case _:
            return state, ()


def _recognised(turn: int, visit: Visit, card: CardRecognised, policy: VisitPolicy) -> Step:
    """Open the visit; what asks its holder by itself leaves nothing to choose."""
    visit = replace(
        visit,
        kind=card.kind,
        has_pin=card.has_pin and card.kind is not CardKind.FACE_ONLY,
        has_face=card.has_face and (card.has_front or policy.may_type_printed_code),
        has_front=card.has_front,
        has_terminal=card.has_terminal,
        pin_tries_left=card.pin_tries_left or 0,
        notices=card.notices,
    )
    opened = TellAgent(VisitOpened(visit.visit_id, card.kind))
    if asks_its_holder(card.kind):
        after, effects = prove_identity(turn, visit, policy)
        return after, (*effects, opened)
    can_compare = visit.is_with_crew or may_ask_staff(visit, policy)
    if not (visit.has_face or visit.has_pin or can_compare):
        is_faceless = card.kind is CardKind.FACE_ONLY
        failure = FailureCode.FACE_UNAVAILABLE if is_faceless else FailureCode.CARD_NOT_ACCEPTED
        return fail(turn, visit, failure, policy)
    begin = compare_face if visit.is_with_crew else choose_method
    after, effects = begin(turn, visit, policy)
    return after, (*effects, opened)


def _choosing_method(state: ChoosingMethod, event: Event, policy: VisitPolicy) -> Step:
    match event:
        case FaceChosen() if may_try_face(state.visit, policy):
            return choose_face(state.turn + 1, state.visit, policy)
        case PinChosen() if may_try_pin(state.visit, policy):
            return choose_pin(state.turn + 1, state.visit, policy)
        case StaffChosen() if may_ask_staff(state.visit, policy):
            return enter_password(state.turn + 1, state.visit, policy)
        case TimedOut():
            return give_up(state.turn + 1, state.visit, policy)
        case _:
            return state, ()


def _failing(state: Failing, event: Event, policy: VisitPolicy) -> Step:
    turn = state.turn + 1
    match event:
        case FaceChosen() if may_try_face(state.visit, policy):
            return choose_face(turn, state.visit, policy)
        case CodeTypingChosen() if may_type_code(state.visit, policy):
            return enter_printed_code(turn, state.visit, policy)
        case PinChosen() if may_try_pin(state.visit, policy):
            return choose_pin(turn, state.visit, policy)
        case StaffChosen() if may_ask_staff(state.visit, policy):
            return enter_password(turn, state.visit, policy)
        case TimedOut():
            return end(turn, state.visit, VisitOutcome.FAILED, state.failure, policy)
        case _:
            return state, ()
