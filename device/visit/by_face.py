"""Verification by face, with the code on the card's front typed where it cannot be read."""

from dataclasses import replace

from device.visit.effects import Effect, StopFaceCheck, StopReadingPhoto
from device.visit.ending import give_up
from device.visit.events import Event, FaceMatched, PinChosen, PrintedCodeEntered, TimedOut
from device.visit.failing import fail, may_try_pin
from device.visit.policy import VisitPolicy
from device.visit.proving import verified
from device.visit.state import CheckingFace, EnteringPrintedCode, State, Verification
from device.visit.ways import check_face, choose_pin
from hostlink.terms import FailureCode, VerificationMethod

Step = tuple[State, tuple[Effect, ...]]


def checking_face(state: CheckingFace, event: Event, policy: VisitPolicy) -> Step:
    """Wait for the face check; the PIN stays open beside it."""
    turn = state.turn + 1
    match event:
        case FaceMatched(at=at, match=match):
            visit = replace(state.visit, is_code_typed=False)
            verification = Verification(VerificationMethod.FACE, at, match)
            after, effects = verified(turn, visit, verification, policy)
            return after, (StopReadingPhoto(), *effects)
        case PinChosen() if may_try_pin(state.visit, policy):
            after, effects = choose_pin(turn, state.visit, policy)
            return after, (StopFaceCheck(), *effects)
        case TimedOut():
            return fail(turn, state.visit, FailureCode.FACE_NOT_SEEN, policy)
        case _:
            return state, ()


def entering_printed_code(state: EnteringPrintedCode, event: Event, policy: VisitPolicy) -> Step:
    """Wait for 14 digits that this card can bear."""
    match event:
        case PrintedCodeEntered():
            visit = replace(state.visit, is_code_typed=True)
            return check_face(state.turn + 1, visit, policy, is_code_typed=True)
        case TimedOut():
            return give_up(state.turn + 1, state.visit, policy)
        case _:
            return state, ()
