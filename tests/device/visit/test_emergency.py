"""A reader in an ambulance: the crew compare, ask by word of mouth, and nobody answers for them."""

from dataclasses import replace

import pytest

from device.visit import events
from device.visit.effects import Choice, PageName, ShowPage, StartTimer, WarnOfEnd
from device.visit.policy import VisitPolicy
from hostlink.messages import VisitRecord
from hostlink.terms import (
    ConsentAnswer,
    ConsentItem,
    Emergency,
    FailureCode,
    Question,
    VerificationMethod,
    VisitOutcome,
)
from tests.device.visit.story import ANDROID, MY_NUMBER, NOW, OPTIONS, TEXTS, Story

AMBULANCE = VisitPolicy(emergency=Emergency.AMBULANCE)
DISASTER = VisitPolicy(emergency=Emergency.DISASTER)
TRUSTING = replace(MY_NUMBER, has_terminal=True)
ASKING = replace(OPTIONS, questions=tuple(Question))


def at_consents(policy: VisitPolicy = AMBULANCE) -> Story:
    story = Story(policy).lay_card(TRUSTING)
    if policy is AMBULANCE:
        story.happen(events.StaffAnswered(story.turn, True, NOW))
    else:
        story.match_face()
    return story.prove(ASKING)


def test_the_crew_compare_at_once_and_without_a_password() -> None:
    story = Story(AMBULANCE).lay_card(TRUSTING)
    assert story.shown() is PageName.STAFF_COMPARE
    timer = story.wanted(StartTimer)
    assert isinstance(timer, StartTimer)
    assert timer.after_s == AMBULANCE.choose_s


@pytest.mark.parametrize("policy", [VisitPolicy(), DISASTER])
def test_nobody_else_does(policy: VisitPolicy) -> None:
    story = Story(policy).lay_card(TRUSTING)
    assert story.shown() is PageName.CHOOSE_METHOD
    assert Choice.STAFF not in story.page.choices


@pytest.mark.parametrize("card", [MY_NUMBER, ANDROID])
def test_a_card_that_wants_its_pin_still_does(card: events.CardRecognised) -> None:
    story = Story(AMBULANCE).lay_card(card)
    assert story.shown() is PageName.CHOOSE_METHOD


@pytest.mark.parametrize(
    ("say", "answer"),
    [
        (lambda turn: events.AllConsentsAnswered(turn, True, NOW, TEXTS), ConsentAnswer.GIVEN),
        (lambda turn: events.AllConsentsAnswered(turn, False, NOW, TEXTS), ConsentAnswer.REFUSED),
        (
            lambda turn: events.ConsentsUnobtainable(turn, NOW, TEXTS),
            ConsentAnswer.UNOBTAINABLE,
        ),
    ],
)
def test_the_record_says_what_was_heard_and_where(say: object, answer: ConsentAnswer) -> None:
    story = at_consents()
    assert callable(say)
    story.happen(say(story.turn))
    (record,) = story.records
    assert record.emergency is Emergency.AMBULANCE
    assert record.method is VerificationMethod.STAFF
    assert record.outcome is VisitOutcome.COMPLETED
    assert [each.item for each in record.consents] == list(ConsentItem)
    assert {each.answer for each in record.consents} == {answer}
    assert record.decisions is None, "nobody chooses a prescription in an ambulance"


def test_an_ambulance_asks_once() -> None:
    story = at_consents()
    assert Choice.ONE_BY_ONE not in story.page.choices
    assert Choice.CANNOT_ANSWER in story.page.choices
    story.happen(events.OneByOneChosen(story.turn))
    assert story.shown() is PageName.CONSENT_ALL
    assert story.page.position == 0


@pytest.mark.parametrize("policy", [VisitPolicy(), DISASTER])
def test_nowhere_else_can_an_answer_be_passed_over(policy: VisitPolicy) -> None:
    story = at_consents(policy)
    assert Choice.CANNOT_ANSWER not in story.page.choices
    before = story.state
    story.happen(events.ConsentsUnobtainable(story.turn, NOW, TEXTS))
    assert story.state == before


def record_of(policy: VisitPolicy, end: events.Event) -> VisitRecord:
    story = Story(policy).lay_card(TRUSTING)
    story.happen(end)
    return story.records[0]


@pytest.mark.parametrize("end", [events.CardRemoved(), events.SlotLost()])
@pytest.mark.parametrize("policy", [AMBULANCE, DISASTER, VisitPolicy()])
def test_a_visit_that_ends_early_says_it_too(policy: VisitPolicy, end: events.Event) -> None:
    assert record_of(policy, end).emergency is policy.emergency


def test_who_is_not_the_holder_is_not_read() -> None:
    story = Story(AMBULANCE).lay_card(TRUSTING)
    story.happen(events.StaffAnswered(story.turn, False, NOW))
    (record,) = story.records
    assert (record.outcome, record.failure) == (VisitOutcome.FAILED, FailureCode.FACE_NOT_MATCHED)


def test_nobody_registers_a_patient_in_an_ambulance() -> None:
    story = Story(AMBULANCE).lay_card(TRUSTING)
    story.happen(events.StaffAnswered(story.turn, True, NOW))
    story.prove(replace(OPTIONS, is_registered=False))
    (record,) = story.records
    assert (record.outcome, record.failure) == (VisitOutcome.FAILED, FailureCode.NOT_REGISTERED)
    assert not record.has_registered
    shown = {each.page for each in story.effects if isinstance(each, ShowPage)}
    assert PageName.REGISTER not in shown


def test_the_crew_are_warned_and_may_take_their_time_and_nobody_else_may() -> None:
    story = Story(AMBULANCE).lay_card(TRUSTING)
    story.happen(events.TimeRunsShort(story.turn))
    assert story.wanted(WarnOfEnd)
    story.happen(events.MoreTimeWanted(story.turn))
    assert story.wanted(StartTimer)
