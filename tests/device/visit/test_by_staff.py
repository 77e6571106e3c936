"""目視確認: staff confirm one patient, under the facility password, where the clinic allows it."""

from dataclasses import replace

import pytest

from device.visit import events
from device.visit.effects import (
    CheckPassword,
    Choice,
    ForgetPin,
    OpenPasswordEntry,
    PageName,
    ReadPhotoAhead,
    SignChallenge,
    StartTimer,
)
from device.visit.policy import VisitPolicy
from device.visit.state import ChoosingMethod
from hostlink.terms import FailureCode, VerificationMethod, VisitOutcome
from tests.device.visit.story import (
    ANDROID,
    CHALLENGE,
    FACE_ONLY,
    LOCKED,
    MY_NUMBER,
    NOW,
    OPTIONS,
    OTHER,
    TEXTS,
    Story,
)

STAFFED = VisitPolicy(may_staff_verify=True)
TRUSTING = replace(MY_NUMBER, has_terminal=True)


def at_password(card: events.CardRecognised = TRUSTING) -> Story:
    story = Story(STAFFED).lay_card(card)
    return story.happen(events.StaffChosen(story.turn))


def at_comparison() -> Story:
    story = at_password()
    story.happen(events.StaffPasswordEntered(story.turn))
    return story.happen(events.StaffPasswordAccepted(story.turn))


def test_staff_confirm_and_the_visit_goes_on_as_any_other() -> None:
    story = at_password()
    assert story.shown() is PageName.STAFF_PASSWORD
    assert story.wanted(OpenPasswordEntry)
    story.happen(events.StaffPasswordEntered(story.turn))
    assert story.wanted(CheckPassword)
    story.happen(events.StaffPasswordAccepted(story.turn))
    assert story.shown() is PageName.STAFF_COMPARE
    story.happen(events.StaffAnswered(story.turn, True, NOW), events.ChallengeReceived(CHALLENGE))
    sign = story.wanted(SignChallenge)
    assert isinstance(sign, SignChallenge)
    assert sign.is_after_face, "nobody typed a PIN"
    story.happen(events.ChallengeSigned(story.turn, b"certificate", b"signature", NOW))
    story.happen(events.OptionsReceived(OPTIONS))
    story.happen(events.AllConsentsAnswered(story.turn, True, NOW, TEXTS))
    record = story.records[0]
    assert (record.outcome, record.method) == (VisitOutcome.COMPLETED, VerificationMethod.STAFF)
    assert record.match is None


def test_the_next_patient_finds_the_reader_as_it_always_is() -> None:
    story = at_comparison()
    story.happen(events.CardRemoved(), events.TimedOut(story.turn + 1))
    assert story.shown() is PageName.IDLE
    story.happen(events.CardPlaced(OTHER))
    story.happen(replace(TRUSTING, turn=story.turn))
    story.happen(events.StaffAnswered(story.turn, True, NOW))
    assert isinstance(story.state, ChoosingMethod)


def test_whoever_is_not_the_holder_is_not_offered_another_way() -> None:
    story = at_comparison()
    story.happen(events.StaffAnswered(story.turn, False, NOW))
    record = story.records[0]
    assert (record.outcome, record.failure) == (VisitOutcome.FAILED, FailureCode.FACE_NOT_MATCHED)
    assert (record.method, story.shown()) == (None, PageName.TAKE_CARD)


def test_a_wrong_password_is_told_with_the_time_to_wait() -> None:
    story = at_password()
    story.happen(events.StaffPasswordEntered(story.turn))
    story.happen(events.StaffPasswordRejected(story.turn, True, 7))
    assert (story.shown(), story.page.is_retry) == (PageName.STAFF_PASSWORD, True)
    assert story.page.wait_s == 7
    assert story.wanted(OpenPasswordEntry)


def test_a_patient_who_came_here_by_mistake_goes_back_to_every_way() -> None:
    story = at_password()
    story.happen(events.BackChosen(story.turn))
    assert story.wanted(ForgetPin)
    assert story.shown() is PageName.CHOOSE_METHOD
    assert story.page.choices == (Choice.FACE, Choice.PIN, Choice.STAFF, Choice.END)


def test_what_was_not_compared_is_not_called_wrong() -> None:
    story = at_password()
    story.happen(events.StaffPasswordEntered(story.turn))
    story.happen(events.StaffPasswordRejected(story.turn, False, 7))
    assert (story.page.is_retry, story.page.wait_s) == (False, 7)


def test_the_question_to_staff_cannot_be_kept_open() -> None:
    """Else whoever stands there waits until staff turn away, and answers it."""
    story = at_comparison()
    (timer,) = (effect for effect in story.last if isinstance(effect, StartTimer))
    assert timer == StartTimer(story.turn, STAFFED.staff_compare_s)
    for event in (events.TimeRunsShort(story.turn), events.MoreTimeWanted(story.turn)):
        story.happen(event)
        assert story.last == ()


def test_back_from_staff_the_face_can_be_checked_as_if_nothing_had_been() -> None:
    story = at_password()
    story.happen(events.BackChosen(story.turn))
    assert story.wanted(ReadPhotoAhead), "it was stopped for staff"


def test_a_code_typed_for_the_face_is_asked_for_again_after_staff() -> None:
    """It went with the photo; negative control: the face check would find neither."""
    typing = VisitPolicy(may_staff_verify=True, may_type_printed_code=True)
    story = Story(typing).lay_card(replace(TRUSTING, has_front=False))
    story.happen(events.FaceChosen(story.turn), events.PrintedCodeEntered(story.turn + 1))
    story.happen(events.JobFailed(story.turn, FailureCode.FACE_NOT_MATCHED))
    story.happen(events.StaffChosen(story.turn), events.BackChosen(story.turn + 1))
    story.happen(events.FaceChosen(story.turn))
    assert story.shown() is PageName.PRINTED_CODE


def test_a_locked_password_leaves_the_other_ways() -> None:
    story = at_password()
    story.happen(events.StaffPasswordEntered(story.turn))
    story.happen(events.JobFailed(story.turn, FailureCode.STAFF_CHECK_LOCKED))
    assert story.page.failure is FailureCode.STAFF_CHECK_LOCKED
    assert story.page.choices == (Choice.FACE, Choice.PIN, Choice.END)


def test_staff_help_where_nothing_else_does() -> None:
    """A card whose PIN is locked, before a reader that sees no face."""
    story = Story(STAFFED).lay_card(replace(LOCKED, has_face=False, has_terminal=True))
    story.happen(events.PinChosen(story.turn))
    assert story.page.failure is FailureCode.PIN_LOCKED
    assert story.page.choices == (Choice.STAFF, Choice.END)
    story.happen(events.StaffChosen(story.turn))
    assert story.shown() is PageName.STAFF_PASSWORD


def test_a_card_that_wants_its_pin_after_all_is_not_asked_for_twice() -> None:
    story = at_comparison()
    story.happen(events.StaffAnswered(story.turn, True, NOW))
    story.happen(events.JobFailed(story.turn, FailureCode.PIN_NEEDED))
    assert story.page.choices == (Choice.PIN, Choice.END)


@pytest.mark.parametrize(
    ("policy", "card"),
    [
        (VisitPolicy(), TRUSTING),
        (STAFFED, MY_NUMBER),
        (STAFFED, ANDROID),
    ],
    ids=["not allowed here", "no terminal", "a phone"],
)
def test_where_staff_cannot_help_nobody_is_sent_to_them(
    policy: VisitPolicy, card: events.CardRecognised
) -> None:
    story = Story(policy).lay_card(card)
    assert Choice.STAFF not in story.page.choices
    story.happen(events.StaffChosen(story.turn))
    assert story.last == ()


def test_a_face_only_card_is_no_dead_end_without_a_camera() -> None:
    story = Story(STAFFED).lay_card(replace(FACE_ONLY, has_face=False, has_terminal=True))
    assert story.page.choices == (Choice.STAFF, Choice.END)


@pytest.mark.parametrize("at", [at_password, at_comparison])
def test_silence_ends_it(at: object) -> None:
    assert callable(at)
    story = at()
    story.happen(events.TimedOut(story.turn))
    assert story.records[0].failure is FailureCode.TIMED_OUT
