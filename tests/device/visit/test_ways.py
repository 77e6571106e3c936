"""Cards and phones of every kind: read ahead, verified by themselves, or typed by hand."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from device.visit import events
from device.visit.effects import (
    Choice,
    ForgetPatient,
    OpenCodeEntry,
    PageName,
    ReadPhotoAhead,
    SignChallenge,
    StartFaceCheck,
    StopReadingPhoto,
    TellAgent,
)
from hostlink.messages import (
    IdentityProven,
    VisitOpened,
)
from hostlink.terms import (
    CardKind,
    FailureCode,
    Notice,
    VerificationMethod,
)
from tests.device.visit.story import (
    ANDROID,
    CHALLENGE,
    FACE_ONLY,
    IPHONE,
    LAST_TRY,
    MATCH,
    MY_NUMBER,
    NOW,
    OPTIONS,
    OTHER,
    TEXTS,
    TYPING,
    UNSEEN,
    VISIT,
    Story,
)

# --- reading ahead -------------------------------------------------------------------------------


def test_the_photo_is_read_ahead_while_the_patient_chooses() -> None:
    story = Story().lay_card()
    assert story.wanted(ReadPhotoAhead)
    story.happen(events.FaceChosen(story.turn))
    assert not story.wanted(StopReadingPhoto)


@pytest.mark.parametrize("card", [ANDROID, IPHONE, UNSEEN])
def test_where_no_front_can_be_read_nothing_is_read_ahead(card: events.CardRecognised) -> None:
    assert not Story(TYPING).lay_card(card).wanted(ReadPhotoAhead)


@pytest.mark.parametrize(
    "before",
    [
        (),
        (events.FaceChosen,),
        (events.FaceChosen, lambda turn: events.JobFailed(turn, FailureCode.FACE_NOT_MATCHED)),
    ],
)
def test_choosing_the_pin_lets_go_of_the_photo_and_asks_at_once(
    before: tuple[Callable[[int], events.Event], ...],
) -> None:
    story = Story().lay_card()
    for make in before:
        story.happen(make(story.turn))
    story.happen(events.PinChosen(story.turn))
    assert story.wanted(StopReadingPhoto)
    assert (story.shown(), story.page.tries_left) == (PageName.PIN, 3)


# --- phones --------------------------------------------------------------------------------------


def test_an_iphone_is_verified_by_its_own_signature() -> None:
    story = Story().lay_card(IPHONE)
    assert (story.shown(), story.page.is_phone) == (PageName.CHECKING, True)
    assert story.wanted(TellAgent) == TellAgent(VisitOpened(VISIT, CardKind.IPHONE))
    assert not story.wanted(SignChallenge)
    story.happen(events.ChallengeReceived(CHALLENGE))
    sign = story.wanted(SignChallenge)
    assert isinstance(sign, SignChallenge)
    assert not sign.is_after_face
    story.happen(events.ChallengeSigned(story.turn, b"certificate", b"signature", NOW))
    told = story.wanted(TellAgent)
    assert isinstance(told, TellAgent)
    assert isinstance(told.message, IdentityProven)
    assert told.message.method is VerificationMethod.PHONE
    story.happen(events.OptionsReceived(replace(OPTIONS, consents=())))
    (record,) = story.records
    assert (record.method, record.verified_at) == (VerificationMethod.PHONE, NOW)
    story.happen(events.RecordKept(story.turn))
    assert (story.shown(), story.page.is_phone) == (PageName.FINISHED, True)


def test_an_iphone_that_has_not_asked_its_holder_is_told_so() -> None:
    story = Story().lay_card(IPHONE).happen(events.ChallengeReceived(CHALLENGE))
    story.happen(events.JobFailed(story.turn, FailureCode.PHONE_NOT_AUTHENTICATED))
    assert (story.shown(), story.page.is_phone) == (PageName.TAKE_CARD, True)
    story.happen(events.TimedOut(story.turn))
    assert (story.page.is_reminder, story.page.is_phone) == (True, True)
    (record,) = story.records
    assert record.failure is FailureCode.PHONE_NOT_AUTHENTICATED
    assert (record.method, record.verified_at) == (None, None)


@pytest.mark.parametrize("make", [events.FaceChosen, events.PinChosen, events.CodeTypingChosen])
def test_beside_an_iphone_there_is_nothing_to_choose(
    make: Callable[[int], events.Event],
) -> None:
    story = Story(TYPING).lay_card(IPHONE)
    assert story.page.choices == (Choice.END,)
    assert not story.happen(make(story.turn)).last


def test_no_card_is_verified_by_a_signature_alone() -> None:
    story = Story().lay_card().happen(events.ChallengeReceived(CHALLENGE))
    story.happen(events.ChallengeSigned(story.turn, b"certificate", b"signature", NOW))
    assert not story.last


def test_an_android_phone_takes_its_pin_on_the_reader_and_no_face() -> None:
    story = Story().lay_card(ANDROID)
    assert story.page.choices == (Choice.PIN, Choice.END)
    assert story.page.is_phone
    assert not story.happen(events.FaceChosen(story.turn)).last
    story.enter_pin().happen(events.PinAccepted(story.turn, NOW)).prove()
    story.happen(events.AllConsentsAnswered(story.turn, True, NOW, TEXTS))
    assert story.records[0].method is VerificationMethod.PIN


# --- dates ---------------------------------------------------------------------------------------


def test_an_expired_card_ends_the_visit() -> None:
    story = Story().happen(events.CardPlaced(VISIT))
    story.happen(events.JobFailed(story.turn, FailureCode.CARD_EXPIRED))
    assert story.shown() is PageName.TAKE_CARD
    assert story.records[0].failure is FailureCode.CARD_EXPIRED


@pytest.mark.parametrize("told", [(), (Notice.CERTIFICATE_EXPIRES_SOON,), tuple(Notice)])
def test_what_the_card_and_the_agent_say_is_shown_together_and_once(
    told: tuple[Notice, ...],
) -> None:
    ending = replace(MY_NUMBER, notices=(Notice.CARD_EXPIRES_SOON,))
    story = Story().lay_card(ending).match_face().prove(replace(OPTIONS, notices=told))
    merged = tuple(dict.fromkeys((*told, Notice.CARD_EXPIRES_SOON)))
    story.happen(events.AllConsentsAnswered(story.turn, True, NOW, TEXTS))
    story.happen(events.RecordKept(story.turn))
    assert (story.shown(), story.page.notices) == (PageName.FINISHED, merged)


# --- the printed code, typed ---------------------------------------------------------------------

UNREAD = [
    FailureCode.PRINTED_CODE_UNREADABLE,
    FailureCode.CARD_FACE_DOWN,
    FailureCode.CARD_UPSIDE_DOWN,
    FailureCode.CARD_IN_CASE,
    FailureCode.SEVERAL_CARDS,
]


def face_failed(story: Story, failure: FailureCode) -> Story:
    story.happen(events.FaceChosen(story.turn))
    return story.happen(events.JobFailed(story.turn, failure))


@pytest.mark.parametrize("failure", UNREAD)
def test_a_card_whose_front_was_not_read_may_be_laid_again_or_its_pin_be_typed(
    failure: FailureCode,
) -> None:
    story = face_failed(Story().lay_card(), failure)
    assert story.page.choices == (Choice.RETRY_FACE, Choice.PIN, Choice.END)
    assert not story.happen(events.CodeTypingChosen(story.turn)).last
    story.happen(events.CardRemoved(), events.CardPlaced(OTHER))
    story.happen(replace(MY_NUMBER, turn=story.turn))
    assert story.page.choices == (Choice.FACE, Choice.PIN, Choice.END)


@pytest.mark.parametrize("failure", UNREAD)
def test_where_the_clinic_allows_it_the_code_may_be_typed(failure: FailureCode) -> None:
    story = face_failed(Story(TYPING).lay_card(), failure)
    offered = story.page.choices
    assert offered == (Choice.RETRY_FACE, Choice.TYPE_CODE, Choice.PIN, Choice.END)
    story.happen(events.CodeTypingChosen(story.turn))
    assert story.wanted(OpenCodeEntry)
    assert story.shown() is PageName.PRINTED_CODE
    assert story.page.choices == (Choice.CONFIRM, Choice.ERASE, Choice.END)
    story.happen(events.PrintedCodeEntered(story.turn))
    assert story.wanted(StartFaceCheck) == StartFaceCheck(story.turn, is_code_typed=True)
    story.happen(events.FaceMatched(story.turn, NOW, MATCH)).prove()
    assert story.shown() is PageName.CONSENT_ALL


@pytest.mark.parametrize("failure", [FailureCode.FACE_NOT_MATCHED, FailureCode.FACE_NOT_SEEN])
def test_typing_helps_only_where_reading_was_the_trouble(failure: FailureCode) -> None:
    story = face_failed(Story(TYPING).lay_card(), failure)
    assert Choice.TYPE_CODE not in story.page.choices


def test_a_typed_code_serves_every_further_look() -> None:
    story = Story(TYPING).lay_card(UNSEEN)
    story.happen(events.FaceChosen(story.turn), events.PrintedCodeEntered(story.turn + 1))
    story.happen(events.JobFailed(story.turn, FailureCode.FACE_NOT_MATCHED))
    story.happen(events.FaceChosen(story.turn))
    assert story.wanted(StartFaceCheck) == StartFaceCheck(story.turn)


def test_where_nothing_sees_the_card_its_code_is_asked_for_at_once() -> None:
    story = Story(TYPING).lay_card(UNSEEN)
    assert story.page.choices == (Choice.FACE, Choice.PIN, Choice.END)
    story.happen(events.FaceChosen(story.turn))
    assert story.shown() is PageName.PRINTED_CODE


def test_whoever_stops_typing_ends_the_visit() -> None:
    story = Story(TYPING).lay_card(UNSEEN)
    story.happen(events.FaceChosen(story.turn))
    story.happen(events.TimedOut(story.turn))
    assert story.records[0].failure is FailureCode.TIMED_OUT
    assert story.wanted(ForgetPatient)


def test_a_reader_that_can_neither_see_nor_be_told_the_code_offers_no_face() -> None:
    assert Story().lay_card(UNSEEN).page.choices == (Choice.PIN, Choice.END)
    for unable in (replace(FACE_ONLY, has_front=False), replace(FACE_ONLY, has_face=False)):
        story = Story().lay_card(unable)
        assert story.records[0].failure is FailureCode.FACE_UNAVAILABLE


# --- the printed code, read wrongly --------------------------------------------------------------


def test_a_code_that_was_read_wrongly_may_be_typed_once() -> None:
    story = face_failed(Story(TYPING).lay_card(), FailureCode.PRINTED_CODE_REJECTED)
    offered = [story.page.choices]
    story.happen(events.CodeTypingChosen(story.turn), events.PrintedCodeEntered(story.turn + 1))
    assert story.wanted(StartFaceCheck) == StartFaceCheck(story.turn, is_code_typed=True)
    story.happen(events.JobFailed(story.turn, FailureCode.PRINTED_CODE_REJECTED))
    offered.append(story.page.choices)
    assert offered == [(Choice.TYPE_CODE, Choice.PIN, Choice.END), (Choice.PIN, Choice.END)]


def test_after_a_wrong_reading_the_front_is_not_believed_again() -> None:
    """Another misreading would cost the card another try."""
    story = face_failed(Story(TYPING).lay_card(LAST_TRY), FailureCode.PRINTED_CODE_REJECTED)
    story.enter_pin()
    story.happen(events.FaceChosen(story.turn))
    assert story.shown() is PageName.PRINTED_CODE


def test_where_typing_is_not_allowed_a_wrong_reading_ends_the_face() -> None:
    story = face_failed(Story().lay_card(), FailureCode.PRINTED_CODE_REJECTED)
    assert story.page.choices == (Choice.PIN, Choice.END)


def test_choosing_the_pin_forgets_a_typed_code() -> None:
    story = Story(TYPING).lay_card(replace(UNSEEN, pin_tries_left=1))
    story.happen(events.FaceChosen(story.turn), events.PrintedCodeEntered(story.turn + 1))
    story.happen(events.PinChosen(story.turn), events.PinEntered(story.turn + 1))
    assert Choice.FACE in story.page.choices
    story.happen(events.FaceChosen(story.turn))
    assert story.shown() is PageName.PRINTED_CODE
