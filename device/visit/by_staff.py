"""目視確認: staff compare the patient with the photo on the card, under the facility password.

It is for this visit alone: the next patient finds the reader as it always is.

Source: facts/oqs.md §7.2.
"""

from dataclasses import replace

from device.visit.effects import (
    CheckPassword,
    Choice,
    Effect,
    ForgetPin,
    OpenPasswordEntry,
    PageName,
    ShowPage,
    StartTimer,
    StopReadingPhoto,
)
from device.visit.ending import end, give_up
from device.visit.events import (
    BackChosen,
    Event,
    StaffAnswered,
    StaffPasswordAccepted,
    StaffPasswordEntered,
    StaffPasswordRejected,
    TimedOut,
)
from device.visit.failing import fail
from device.visit.patience import wait_for_patient
from device.visit.policy import VisitPolicy
from device.visit.proving import verified
from device.visit.state import (
    CheckingPassword,
    ComparingFace,
    EnteringPassword,
    State,
    Verification,
    Visit,
)
from device.visit.ways import choose_method
from hostlink.terms import FailureCode, VerificationMethod, VisitOutcome

Step = tuple[State, tuple[Effect, ...]]

_PASSWORD_CHOICES = (Choice.CONFIRM, Choice.ERASE, Choice.BACK, Choice.END)
_ANSWERS = (Choice.STAFF_CONFIRMED, Choice.STAFF_DENIED, Choice.END)


def enter_password(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    """Ask whoever stands there for the password of this clinic's staff."""
    # A code that was typed for the face goes with the photo.
    visit = replace(visit, is_code_typed=False)
    after, effects = _ask(ShowPage(turn, PageName.STAFF_PASSWORD, _PASSWORD_CHOICES), visit, policy)
    return after, (StopReadingPhoto(), *effects)


def entering_password(state: EnteringPassword, event: Event, policy: VisitPolicy) -> Step:
    """Wait for digits."""
    turn, visit = state.turn + 1, state.visit
    match event:
        case StaffPasswordEntered():
            return CheckingPassword(turn, visit), (
                ShowPage(turn, PageName.CHECKING),
                StartTimer(turn, policy.card_work_s),
                CheckPassword(turn),
            )
        case BackChosen():
            after, effects = choose_method(turn, visit, policy)
            return after, (ForgetPin(), *effects)
        case TimedOut():
            return give_up(turn, visit, policy)
        case _:
            return state, ()


def checking_password(state: CheckingPassword, event: Event, policy: VisitPolicy) -> Step:
    """Wait for the comparison."""
    turn, visit = state.turn + 1, state.visit
    match event:
        case StaffPasswordAccepted():
            return compare_face(turn, visit, policy)
        case StaffPasswordRejected():
            page = ShowPage(
                turn,
                PageName.STAFF_PASSWORD,
                _PASSWORD_CHOICES,
                is_retry=event.is_wrong,
                wait_s=event.wait_s,
            )
            return _ask(page, visit, policy)
        case TimedOut():
            return fail(turn, visit, FailureCode.STAFF_CHECK_LOCKED, policy)
        case _:
            return state, ()


def compare_face(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    """Ask whether the patient is the one on the card; soon closed where patients could answer."""
    page = ShowPage(turn, PageName.STAFF_COMPARE, _ANSWERS)
    state = ComparingFace(turn, visit)
    if visit.is_with_crew:
        return state, (page, wait_for_patient(state, policy))
    return state, (page, StartTimer(turn, policy.staff_compare_s))


def comparing_face(state: ComparingFace, event: Event, policy: VisitPolicy) -> Step:
    """Wait for what staff say."""
    turn, visit = state.turn + 1, state.visit
    match event:
        case StaffAnswered(is_holder=True, at=at):
            return verified(turn, visit, Verification(VerificationMethod.STAFF, at), policy)
        case StaffAnswered():
            failure = FailureCode.FACE_NOT_MATCHED
            return end(turn, visit, VisitOutcome.FAILED, failure, policy)
        case TimedOut():
            return give_up(turn, visit, policy)
        case _:
            return state, ()


def _ask(page: ShowPage, visit: Visit, policy: VisitPolicy) -> Step:
    after = EnteringPassword(page.turn, visit)
    return after, (OpenPasswordEntry(page.turn), page, wait_for_patient(after, policy))
