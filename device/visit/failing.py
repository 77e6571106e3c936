"""When a step does not work: say what happened and offer every way that is still open."""

from dataclasses import replace

from device.visit.effects import (
    Choice,
    Effect,
    ForgetPin,
    PageName,
    ShowPage,
    StopFaceCheck,
)
from device.visit.ending import end
from device.visit.patience import wait_for_patient
from device.visit.policy import VisitPolicy
from device.visit.state import Failing, State, Visit
from hostlink.terms import FailureCode, VisitOutcome

_FRONT_UNREAD = {
    FailureCode.PRINTED_CODE_UNREADABLE,
    FailureCode.CARD_FACE_DOWN,
    FailureCode.CARD_UPSIDE_DOWN,
    FailureCode.CARD_IN_CASE,
    FailureCode.SEVERAL_CARDS,
}
"""Nothing was sent to the card: it may be laid better, or its code be typed."""

_ENDS_FACE = {
    FailureCode.PRINTED_CODE_LOCKED,
    FailureCode.PRINTED_CODE_REJECTED,
    FailureCode.PHOTO_UNREADABLE,
    FailureCode.CAMERA_UNAVAILABLE,
    FailureCode.PIN_NEEDED,
    FailureCode.HOLDER_TOO_YOUNG,
    FailureCode.HOLDER_AGE_UNKNOWN,
}
"""Looking into the camera does not help any more while this card lies here.

Only a code that was read wrongly may be corrected by typing it, once.
"""

_ENDS_PIN = {
    FailureCode.PIN_LOCKED,
    FailureCode.PIN_REJECTED,
}
"""No further PIN may be sent while this card lies here."""

_ENDS_STAFF = {
    FailureCode.STAFF_CHECK_LOCKED,
    FailureCode.PIN_NEEDED,
}
"""Staff cannot help either while this card lies here."""

_ENDS_VISIT = {
    FailureCode.CARD_REMOVED,
    FailureCode.PIN_OUTCOME_UNKNOWN,
    FailureCode.CARD_UNREADABLE,
    FailureCode.CARD_NOT_ACCEPTED,
    FailureCode.OLD_RESIDENT_CARD,
    FailureCode.DRIVING_LICENCE,
    FailureCode.TRANSIT_CARD,
    FailureCode.BANK_CARD,
    FailureCode.RESIDENCE_CARD,
    FailureCode.CARD_NOT_GENUINE,
    # A card that is not what its issuer made verifies nobody, by face or by PIN.
    FailureCode.CARD_RECORD_UNTRUSTED,
    FailureCode.CARD_RECORD_ALTERED,
    FailureCode.CARD_PHOTO_SWAPPED,
    FailureCode.CARD_CLONED,
    FailureCode.CARD_EXPIRED,
    FailureCode.CERTIFICATE_EXPIRED,
    FailureCode.CERTIFICATE_INVALID,
    FailureCode.CERTIFICATE_NOT_YET_VALID,
    FailureCode.CERTIFICATE_MISSING,
    FailureCode.PHONE_NOT_AUTHENTICATED,
    FailureCode.READER_UNAVAILABLE,
    FailureCode.STORAGE_UNAVAILABLE,
    FailureCode.RESULTS_WAITING,
    FailureCode.AGENT_UNREACHABLE,
    FailureCode.FACE_UNAVAILABLE,
    FailureCode.INTERNAL,
}
"""Neither face nor PIN can help."""


def fail(
    turn: int, visit: Visit, failure: FailureCode, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    """Say what went wrong and offer every way that is still open; end where none is."""
    is_misread = failure is FailureCode.PRINTED_CODE_REJECTED and not visit.is_code_typed
    may_correct = is_misread and may_type_code(visit, policy)
    visit = replace(
        visit,
        has_face=visit.has_face and (may_correct or failure not in _ENDS_FACE),
        # The card refused what was read of its front: only a typed code may be tried now.
        has_front=visit.has_front and not is_misread,
        has_pin=visit.has_pin and failure not in _ENDS_PIN,
        has_terminal=visit.has_terminal and failure not in _ENDS_STAFF,
    )
    can_retry_face, can_use_pin = may_try_face(visit, policy), may_try_pin(visit, policy)
    can_ask_staff = may_ask_staff(visit, policy)
    if failure in _ENDS_VISIT or not (can_retry_face or can_use_pin or can_ask_staff):
        return end(turn, visit, VisitOutcome.FAILED, failure, policy)
    ways = {
        Choice.RETRY_FACE if visit.face_attempts else Choice.FACE: can_retry_face
        and not may_correct,
        Choice.TYPE_CODE: may_correct
        or (failure in _FRONT_UNREAD and may_type_code(visit, policy)),
        Choice.PIN: can_use_pin,
        Choice.STAFF: can_ask_staff,
        Choice.END: True,
    }
    choices = tuple(choice for choice, is_open in ways.items() if is_open)
    page = ShowPage(turn, PageName.FAILED, choices, failure=failure, is_phone=visit.is_phone)
    state = Failing(turn, visit, failure)
    return state, (StopFaceCheck(), ForgetPin(), page, wait_for_patient(state, policy))


def may_try_face(visit: Visit, policy: VisitPolicy) -> bool:
    """The chip holds a photo and the camera was not tried too often."""
    return visit.has_face and visit.face_attempts < policy.face_attempts


def may_type_code(visit: Visit, policy: VisitPolicy) -> bool:
    """The photo is still wanted, and this clinic lets its key be typed."""
    return policy.may_type_printed_code and may_try_face(visit, policy)


def may_try_pin(visit: Visit, policy: VisitPolicy) -> bool:
    """The card takes a PIN and was not given too many wrong ones (facts/security.md §3.4)."""
    return visit.has_pin and visit.wrong_pins < policy.wrong_pins


def may_ask_staff(visit: Visit, policy: VisitPolicy) -> bool:
    """This clinic's staff compare faces themselves, and the card's key can be used after that."""
    return policy.may_staff_verify and visit.has_terminal
