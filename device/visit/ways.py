"""The ways to be verified: how each begins, from whatever page it was chosen on.

Source: facts/oqs.md §7.2 (method), facts/card.md §5 (printed code).
"""

from dataclasses import replace

from device.visit.effects import (
    Choice,
    Effect,
    OpenCodeEntry,
    OpenPinEntry,
    PageName,
    ReadPhotoAhead,
    ShowPage,
    StartFaceCheck,
    StartTimer,
    StopReadingPhoto,
)
from device.visit.failing import fail, may_ask_staff, may_try_face, may_try_pin
from device.visit.patience import wait_for_patient
from device.visit.policy import VisitPolicy
from device.visit.state import (
    CheckingFace,
    ChoosingMethod,
    EnteringPin,
    EnteringPrintedCode,
    State,
    Visit,
)
from hostlink.terms import FailureCode

Step = tuple[State, tuple[Effect, ...]]


def choose_method(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    """Every way that is open."""
    ways = {
        Choice.FACE: may_try_face(visit, policy),
        Choice.PIN: may_try_pin(visit, policy),
        Choice.STAFF: may_ask_staff(visit, policy),
        Choice.END: True,
    }
    state = ChoosingMethod(turn, visit)
    choices = tuple(choice for choice, is_open in ways.items() if is_open)
    page = ShowPage(turn, PageName.CHOOSE_METHOD, choices, is_phone=visit.is_phone)
    ahead = (ReadPhotoAhead(),) if visit.has_face and visit.has_front else ()
    return state, (*ahead, page, wait_for_patient(state, policy))


def choose_face(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    """Look at the face; where nothing reads the card's front, its code is typed first."""
    if visit.has_front or visit.is_code_typed:
        return check_face(turn, visit, policy)
    return enter_printed_code(turn, visit, policy)


def check_face(
    turn: int, visit: Visit, policy: VisitPolicy, *, is_code_typed: bool = False
) -> Step:
    """The camera looks, while whatever is still missing of the photo is read."""
    visit = replace(visit, face_attempts=visit.face_attempts + 1)
    pin = (Choice.PIN,) if may_try_pin(visit, policy) else ()
    return CheckingFace(turn, visit), (
        ShowPage(turn, PageName.FACE, (*pin, Choice.END)),
        StartTimer(turn, policy.face_s),
        StartFaceCheck(turn, is_code_typed),
    )


def enter_printed_code(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    """Let somebody read the code off the card."""
    choices = (Choice.CONFIRM, Choice.ERASE, Choice.END)
    state = EnteringPrintedCode(turn, visit)
    return state, (
        OpenCodeEntry(turn),
        ShowPage(turn, PageName.PRINTED_CODE, choices),
        wait_for_patient(state, policy),
    )


def choose_pin(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    """Take the PIN at once: how many tries are left is known since the card was recognised.

    A printed code that was typed for the face is forgotten with the photo.
    """
    visit = replace(visit, is_code_typed=False)
    if not visit.pin_tries_left:
        return fail(turn, visit, FailureCode.PIN_LOCKED, policy)
    after, effects = enter_pin(turn, visit, policy)
    return after, (StopReadingPhoto(), *effects)


def enter_pin(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    """Take four digits; the patient sees the tries left before the first of them."""
    page = ShowPage(
        turn,
        PageName.PIN,
        (Choice.CONFIRM, Choice.ERASE, Choice.END),
        tries_left=visit.pin_tries_left,
        is_retry=visit.wrong_pins > 0,
        is_phone=visit.is_phone,
    )
    state = EnteringPin(turn, visit)
    return state, (OpenPinEntry(turn), page, wait_for_patient(state, policy))
