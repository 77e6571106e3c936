"""When a step does not work: say what happened and offer every way that is still open."""

from dataclasses import replace

from device.visit.effects import (
    Choice,
    Effect,
    ForgetPin,
    PageName,
    ShowPage,
    StartTimer,
    StopFaceCheck,
)
from device.visit.ending import end
from device.visit.policy import VisitPolicy
from device.visit.state import Failing, State, Visit
from hostlink.terms import FailureCode, VisitOutcome

_ENDS_FACE = {
    FailureCode.PRINTED_CODE_LOCKED,
    FailureCode.PRINTED_CODE_REJECTED,
    FailureCode.PHOTO_UNREADABLE,
    FailureCode.CAMERA_UNAVAILABLE,
    FailureCode.PIN_NEEDED,
}
"""Looking into the camera does not help any more while this card lies here."""

_ENDS_PIN = {
    FailureCode.PIN_LOCKED,
    FailureCode.PIN_REJECTED,
}
"""No further PIN may be sent while this card lies here."""

_ENDS_VISIT = {
    FailureCode.CARD_REMOVED,
    FailureCode.PIN_OUTCOME_UNKNOWN,
    FailureCode.CARD_UNREADABLE,
    FailureCode.CARD_NOT_ACCEPTED,
    FailureCode.CARD_NOT_GENUINE,
    FailureCode.CARD_EXPIRED,
    FailureCode.CERTIFICATE_EXPIRED,
    FailureCode.CERTIFICATE_INVALID,
    FailureCode.READER_UNAVAILABLE,
    FailureCode.STORAGE_UNAVAILABLE,
    FailureCode.AGENT_UNREACHABLE,
    FailureCode.INTERNAL,
}
"""Neither face nor PIN can help."""


def fail(
    turn: int, visit: Visit, failure: FailureCode, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    """Say what went wrong and offer every way that is still open; end where none is."""
    visit = replace(
        visit,
        has_face=visit.has_face and failure not in _ENDS_FACE,
        has_pin=visit.has_pin and failure not in _ENDS_PIN,
    )
    can_retry_face, can_use_pin = may_try_face(visit, policy), may_try_pin(visit, policy)
    if failure in _ENDS_VISIT or not (can_retry_face or can_use_pin):
        return end(turn, visit, VisitOutcome.FAILED, failure, policy)
    face = Choice.RETRY_FACE if visit.face_attempts else Choice.FACE
    choices = ((face,) if can_retry_face else ()) + ((Choice.PIN,) if can_use_pin else ())
    state = Failing(turn, visit, failure)
    page = ShowPage(turn, PageName.FAILED, (*choices, Choice.END), failure=failure)
    return state, (StopFaceCheck(), ForgetPin(), page, StartTimer(turn, policy.choose_s))


def may_try_face(visit: Visit, policy: VisitPolicy) -> bool:
    """The chip holds a photo and the camera was not tried too often."""
    return visit.has_face and visit.face_attempts < policy.face_attempts


def may_try_pin(visit: Visit, policy: VisitPolicy) -> bool:
    """The card takes a PIN and was not given too many wrong ones (facts/security.md §3.4)."""
    return visit.has_pin and visit.wrong_pins < policy.wrong_pins
