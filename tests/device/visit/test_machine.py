"""One visit at a time, told as a story: every way through, and every way out."""

from dataclasses import replace

import pytest

from device.visit import events
from device.visit.effects import (
    Choice,
    ForgetPatient,
    ForgetPin,
    KeepRecord,
    OpenPinEntry,
    PageName,
    RecallPin,
    ShowPage,
    SignChallenge,
    StartFaceCheck,
    StopFaceCheck,
    StopReadingPhoto,
    TellAgent,
    VerifyPin,
)
from device.visit.machine import advance
from device.visit.policy import VisitPolicy
from device.visit.state import AskingConsent, CheckingFace, Idle, OutOfService, State
from hostlink.messages import (
    IdentityProven,
    VisitChallenge,
    VisitOpened,
    VisitRefused,
)
from hostlink.terms import (
    CardKind,
    ConsentAnswer,
    ConsentItem,
    FailureCode,
    VerificationMethod,
    VisitOutcome,
)
from tests.device.visit.story import (
    CHALLENGE,
    FACE_ONLY,
    LAST_TRY,
    LOCKED,
    MATCH,
    MY_NUMBER,
    NOW,
    OPTIONS,
    OTHER,
    TEXTS,
    TYPING,
    VISIT,
    Story,
)


def test_face_visit_completes_with_all_consents() -> None:
    story = Story().lay_card()
    assert story.wanted(TellAgent) == TellAgent(VisitOpened(VISIT, CardKind.MY_NUMBER))
    assert story.page.choices == (Choice.FACE, Choice.PIN, Choice.END)
    story.match_face()
    assert story.wanted(StopReadingPhoto), "nobody looks at the photo any more"
    story.prove()
    assert story.shown() is PageName.CONSENT_ALL
    story.happen(events.AllConsentsAnswered(story.turn, True, NOW, TEXTS))
    assert story.shown() is PageName.SAVING
    story.happen(events.RecordKept(story.turn))
    assert story.shown() is PageName.FINISHED
    assert story.page.patient_name == "受付　太郎"
    story.happen(events.CardRemoved(), events.TimedOut(story.turn + 1))
    assert isinstance(story.state, Idle)
    (record,) = story.records
    assert record.outcome is VisitOutcome.COMPLETED
    assert record.method is VerificationMethod.FACE
    assert record.nonce == CHALLENGE.nonce
    assert [decision.item for decision in record.consents] == list(ConsentItem)
    assert {decision.answer for decision in record.consents} == {ConsentAnswer.GIVEN}


def test_pin_visit_tells_the_tries_left_before_the_first_digit() -> None:
    story = Story().lay_card()
    story.happen(events.PinChosen(story.turn))
    assert story.shown() is PageName.PIN
    assert story.page.tries_left == 3
    assert story.wanted(OpenPinEntry)
    story.happen(events.PinEntered(story.turn))
    assert story.wanted(VerifyPin)
    story.happen(events.PinAccepted(story.turn, NOW)).prove()
    story.happen(events.AllConsentsAnswered(story.turn, False, NOW, TEXTS))
    (record,) = story.records
    assert record.method is VerificationMethod.PIN
    assert {decision.answer for decision in record.consents} == {ConsentAnswer.REFUSED}


def test_one_by_one_asks_three_screens_and_keeps_each_answer() -> None:
    story = Story().lay_card().match_face().prove()
    story.happen(events.OneByOneChosen(story.turn))
    asked = []
    for is_given in (True, False, True):
        asked.append((story.page.consents, story.page.position, story.page.count))
        story.happen(events.ConsentAnswered(story.turn, is_given, NOW, TEXTS))
    assert asked == [
        ((ConsentItem.SURGERY,), 1, 3),
        ((ConsentItem.DIAGNOSIS, ConsentItem.MEDICATION), 2, 3),
        ((ConsentItem.HEALTH_CHECKUP,), 3, 3),
    ]
    given = {d.item for d in story.records[0].consents if d.answer is ConsentAnswer.GIVEN}
    assert given == {ConsentItem.SURGERY, ConsentItem.HEALTH_CHECKUP}


def test_nothing_to_ask_completes_without_any_consent() -> None:
    story = Story().lay_card().match_face().prove(replace(OPTIONS, consents=()))
    assert story.shown() is PageName.SAVING
    assert story.records[0].consents == ()


def test_first_visit_asks_for_registration() -> None:
    story = Story().lay_card().match_face().prove(replace(OPTIONS, is_registered=False))
    assert story.shown() is PageName.REGISTER
    story.happen(events.RegistrationAccepted(story.turn))
    story.happen(events.AllConsentsAnswered(story.turn, True, NOW, TEXTS))
    assert story.records[0].has_registered


def test_declined_registration_ends_the_visit_as_such() -> None:
    story = Story().lay_card().match_face().prove(replace(OPTIONS, is_registered=False))
    story.happen(events.Cancelled(story.turn))
    assert story.records[0].failure is FailureCode.REGISTRATION_DECLINED
    assert story.shown() is PageName.TAKE_CARD


def test_wrong_pin_then_right_pin() -> None:
    story = Story().lay_card().enter_pin()
    story.happen(events.PinRejected(story.turn, 2))
    assert (story.page.tries_left, story.page.is_retry) == (2, True)
    story.happen(events.PinEntered(story.turn), events.PinAccepted(story.turn + 1, NOW))
    story.prove()
    assert story.shown() is PageName.CONSENT_ALL


def test_two_wrong_pins_leave_the_last_try_of_the_card_alone() -> None:
    story = Story().lay_card().enter_pin()
    story.happen(events.PinRejected(story.turn, 2), events.PinEntered(story.turn + 1))
    story.happen(events.PinRejected(story.turn, 1))
    assert story.page.failure is FailureCode.PIN_REJECTED
    assert story.page.choices == (Choice.FACE, Choice.END)
    story.happen(events.PinChosen(story.turn))
    assert not story.last


def recalled() -> Story:
    """The card has not said in time what it thinks of the PIN."""
    story = Story().lay_card().enter_pin()
    story.happen(events.TimedOut(story.turn))
    assert story.wanted(RecallPin)
    return story


def test_a_pin_that_was_not_sent_in_time_is_told_to_be_unsent() -> None:
    story = recalled()
    story.happen(events.JobFailed(story.turn, FailureCode.PIN_EXPIRED))
    assert story.page.failure is FailureCode.PIN_EXPIRED
    assert Choice.PIN in story.page.choices


def test_a_pin_that_was_sent_and_not_answered_ends_the_visit() -> None:
    story = recalled()
    story.happen(events.JobFailed(story.turn, FailureCode.PIN_OUTCOME_UNKNOWN))
    assert [record.failure for record in story.records] == [FailureCode.PIN_OUTCOME_UNKNOWN]


def test_where_nobody_says_whether_a_pin_was_sent_it_may_have_been() -> None:
    story = recalled()
    story.happen(events.TimedOut(story.turn))
    assert [record.failure for record in story.records] == [FailureCode.PIN_OUTCOME_UNKNOWN]


def test_a_word_that_comes_after_the_recall_is_late() -> None:
    story = recalled()
    story.happen(events.PinAccepted(story.turn - 1, NOW))
    assert not story.last


def test_last_try_is_spent_only_after_an_explicit_yes() -> None:
    story = Story().lay_card(LAST_TRY).enter_pin()
    assert story.shown() is PageName.PIN_LAST_TRY
    assert not [effect for effect in story.effects if isinstance(effect, VerifyPin)]
    story.happen(events.LastTryConfirmed(story.turn))
    assert story.wanted(VerifyPin)


def test_last_try_can_be_left_for_the_face_and_wipes_the_pin() -> None:
    story = Story().lay_card(LAST_TRY).enter_pin()
    story.happen(events.FaceChosen(story.turn))
    assert story.wanted(ForgetPin)
    assert story.wanted(StartFaceCheck)


@pytest.mark.parametrize(
    "failure",
    [
        FailureCode.PRINTED_CODE_LOCKED,
        FailureCode.PHOTO_UNREADABLE,
        FailureCode.CAMERA_UNAVAILABLE,
        FailureCode.PIN_NEEDED,
    ],
)
def test_some_failures_end_the_face_for_as_long_as_the_card_lies_here(
    failure: FailureCode,
) -> None:
    story = Story(TYPING).lay_card(LAST_TRY)
    story.happen(events.FaceChosen(story.turn), events.JobFailed(story.turn + 1, failure))
    assert story.page.choices == (Choice.PIN, Choice.END)
    story.enter_pin()
    assert story.page.choices == (Choice.CONFIRM_LAST_TRY, Choice.END)
    story.happen(events.FaceChosen(story.turn))
    assert not story.last


def test_locked_pin_offers_the_face_and_is_recorded_when_the_patient_ends() -> None:
    story = Story().lay_card(LOCKED)
    story.happen(events.PinChosen(story.turn))
    assert story.page.failure is FailureCode.PIN_LOCKED
    story.happen(events.Cancelled(story.turn))
    (record,) = story.records
    assert (record.outcome, record.failure) == (VisitOutcome.FAILED, FailureCode.PIN_LOCKED)
    assert record.method is None


def test_face_may_be_tried_three_times_then_only_the_pin_is_left() -> None:
    story = Story().lay_card()
    for _ in range(3):
        story.happen(events.FaceChosen(story.turn))
        story.happen(events.JobFailed(story.turn, FailureCode.FACE_NOT_MATCHED))
    assert story.page.choices == (Choice.PIN, Choice.END)
    story.happen(events.FaceChosen(story.turn))
    assert not story.last


def test_face_only_card_never_offers_the_pin() -> None:
    story = Story().lay_card(replace(FACE_ONLY, has_pin=True, pin_tries_left=3))
    assert story.page.choices == (Choice.FACE, Choice.END)
    story.happen(events.PinChosen(story.turn))
    assert not story.last
    story.happen(events.FaceChosen(story.turn))
    for _ in range(3):
        story.happen(events.JobFailed(story.turn, FailureCode.FACE_NOT_MATCHED))
        story.happen(events.FaceChosen(story.turn))
    assert story.records[0].failure is FailureCode.FACE_NOT_MATCHED


def test_changing_from_face_to_pin_stops_the_camera() -> None:
    story = Story().lay_card()
    story.happen(events.FaceChosen(story.turn), events.PinChosen(story.turn + 1))
    assert story.wanted(StopFaceCheck)


def test_unknown_card_is_refused_with_its_own_reason() -> None:
    story = Story().happen(events.CardPlaced(VISIT))
    story.happen(events.JobFailed(story.turn, FailureCode.CARD_NOT_ACCEPTED))
    assert story.shown() is PageName.TAKE_CARD
    assert story.page.failure is FailureCode.CARD_NOT_ACCEPTED
    assert story.records[0].card_kind is None


def test_late_face_answer_never_serves_the_next_patient() -> None:
    """Patient A's face check answers after the card was swapped for patient B's."""
    story = Story().lay_card()
    story.happen(events.FaceChosen(story.turn))
    turn_of_a = story.turn
    story.happen(events.CardRemoved(), events.CardPlaced(OTHER))
    story.happen(replace(MY_NUMBER, turn=story.turn))
    story.happen(events.FaceChosen(story.turn))
    story.happen(events.FaceMatched(turn_of_a, NOW, MATCH))
    assert isinstance(story.state, CheckingFace)
    assert story.state.visit.visit_id == OTHER
    assert story.state.visit.verification is None


def test_swapped_card_whose_removal_nobody_saw_starts_a_new_visit() -> None:
    story = Story().lay_card().match_face()
    story.happen(events.CardPlaced(OTHER))
    assert story.records[0].failure is FailureCode.CARD_REMOVED
    assert story.wanted(ForgetPatient)
    assert story.shown() is PageName.RECOGNISING


@pytest.mark.parametrize("message_visit", [OTHER, b""])
def test_answers_for_another_visit_are_ignored(message_visit: bytes) -> None:
    story = Story().lay_card().match_face()
    story.happen(events.ChallengeReceived(VisitChallenge(message_visit, b"n", b"c")))
    assert not story.last
    story.happen(events.ChallengeReceived(CHALLENGE))
    story.happen(events.ChallengeSigned(story.turn, b"certificate", b"signature", NOW))
    story.happen(events.OptionsReceived(replace(OPTIONS, visit_id=message_visit)))
    assert not story.last
    refused = VisitRefused(message_visit, FailureCode.ELIGIBILITY_NOT_FOUND)
    story.happen(events.RefusalReceived(refused))
    assert not story.last


def test_an_answer_about_somebody_else_ends_the_visit_and_names_nobody() -> None:
    story = Story().lay_card().match_face().happen(events.ChallengeReceived(CHALLENGE))
    story.happen(events.ChallengeSigned(story.turn, b"certificate", b"signature", NOW))
    story.happen(events.OptionsReceived(OPTIONS, is_of_another=True))
    kept, page = story.wanted(KeepRecord), story.wanted(ShowPage)
    assert isinstance(kept, KeepRecord)
    assert (kept.record.outcome, kept.record.failure, kept.record.consents) == (
        VisitOutcome.FAILED,
        FailureCode.ELIGIBILITY_OF_ANOTHER,
        (),
    )
    assert isinstance(page, ShowPage)
    assert (page.failure, page.patient_name) == (FailureCode.ELIGIBILITY_OF_ANOTHER, "")


def test_of_whom_the_answer_tells_the_birth_date_is_not_kept() -> None:
    story = Story().lay_card().match_face().prove(replace(OPTIONS, birthdate="19580314"))
    assert isinstance(story.state, AskingConsent)
    assert story.state.options == replace(OPTIONS, birthdate=None)


def test_challenge_that_comes_early_is_signed_as_soon_as_the_patient_is_verified() -> None:
    story = Story().lay_card().happen(events.ChallengeReceived(CHALLENGE))
    story.match_face()
    sign = story.wanted(SignChallenge)
    assert isinstance(sign, SignChallenge)
    assert sign.challenge == CHALLENGE.challenge
    assert sign.is_after_face


def test_reconnected_agent_gets_the_visit_again_and_a_new_signature() -> None:
    story = Story().lay_card().match_face()
    story.happen(events.ChallengeReceived(CHALLENGE))
    story.happen(events.ChallengeSigned(story.turn, b"certificate", b"signature", NOW))
    story.happen(events.AgentLost(), events.AgentConnected())
    assert story.wanted(TellAgent) == TellAgent(VisitOpened(VISIT, CardKind.MY_NUMBER))
    story.happen(events.ChallengeReceived(replace(CHALLENGE, nonce=b"m" * 16)))
    story.happen(events.ChallengeSigned(story.turn, b"certificate", b"other signature", NOW))
    told = story.wanted(TellAgent)
    assert isinstance(told, TellAgent)
    assert isinstance(told.message, IdentityProven)
    assert told.message.challenge_signature == b"other signature"


def test_agent_that_never_answers_ends_the_visit_kindly() -> None:
    story = Story().lay_card().match_face()
    story.happen(events.TimedOut(story.turn))
    assert story.page.failure is FailureCode.AGENT_UNREACHABLE
    assert story.records[0].method is VerificationMethod.FACE


def test_lost_reader_ends_the_visit_and_comes_back() -> None:
    story = Story().lay_card().match_face().happen(events.SlotLost())
    assert type(story.state) is OutOfService
    assert story.wanted(ForgetPatient)
    assert story.records[0].failure is FailureCode.READER_UNAVAILABLE
    story.happen(events.SlotReady())
    assert story.shown() is PageName.IDLE


def test_full_disk_is_never_called_finished() -> None:
    story = Story().lay_card().match_face().prove()
    story.happen(events.AllConsentsAnswered(story.turn, True, NOW, TEXTS))
    story.happen(events.JobFailed(story.turn, FailureCode.STORAGE_UNAVAILABLE))
    assert story.page.failure is FailureCode.STORAGE_UNAVAILABLE
    assert PageName.FINISHED not in {e.page for e in story.effects if isinstance(e, ShowPage)}


def test_card_taken_while_saving_still_completes_but_shows_no_name() -> None:
    story = Story().lay_card().match_face().prove()
    story.happen(events.AllConsentsAnswered(story.turn, True, NOW, TEXTS), events.CardRemoved())
    story.happen(events.RecordKept(story.turn))
    assert story.shown() is PageName.CARD_TAKEN
    assert story.page.patient_name == ""
    assert "受付" not in repr(story.state)


def test_card_left_behind_is_called_out_again_and_again() -> None:
    story = Story().lay_card().happen(events.Cancelled(4))
    story.happen(events.Cancelled(story.turn))
    for _ in range(3):
        story.happen(events.TimedOut(story.turn))
        assert story.page.is_reminder


def test_policy_sets_the_number_of_tries() -> None:
    state: State = Idle(0)
    policy = VisitPolicy(face_attempts=1)
    turn = 0
    for event in (
        events.CardPlaced(VISIT),
        replace(FACE_ONLY, turn=1),
        events.FaceChosen(2),
        events.JobFailed(3, FailureCode.FACE_NOT_MATCHED),
    ):
        state, effects = advance(state, event, policy)
        turn = state.turn
    assert [e.record.failure for e in effects if isinstance(e, KeepRecord)] == [
        FailureCode.FACE_NOT_MATCHED
    ]
    assert turn == 4
