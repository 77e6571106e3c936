"""Questions beside the consents: each is asked once, and only a pressed button answers it."""

from dataclasses import replace

import pytest

from device.visit import events
from device.visit.effects import Choice, PageName
from device.visit.state import AskingQuestion
from hostlink.terms import DECISIONS, Decision, FailureCode, Question, VisitOutcome
from tests.device.visit.story import NOW, OPTIONS, TEXTS, Story

ASKING = replace(OPTIONS, questions=tuple(Question))
PAGES = {Question.SUBSIDY: PageName.SUBSIDY, Question.PRESCRIPTION: PageName.PRESCRIPTION}


def asked(questions: tuple[Question, ...] = tuple(Question)) -> Story:
    """At the first question."""
    story = Story().lay_card().match_face().prove(replace(OPTIONS, questions=questions))
    return story.happen(events.AllConsentsAnswered(story.turn, True, NOW, TEXTS))


def test_each_question_has_its_page_and_its_two_answers() -> None:
    story = asked()
    for question, answers in DECISIONS.items():
        choices = tuple(Choice(answer.name.lower()) for answer in answers)
        assert (story.shown(), story.page.choices) == (PAGES[question], (*choices, Choice.END))
        story.happen(events.Decided(story.turn, answers[0], TEXTS))
    assert story.shown() is PageName.SAVING
    assert story.records[0].decisions == (Decision.USE_SUBSIDY, Decision.ELECTRONIC_PRESCRIPTION)


def test_what_stood_on_their_pages_is_signed_with_the_consents() -> None:
    story = asked((Question.SUBSIDY,))
    story.happen(events.Decided(story.turn, Decision.NO_SUBSIDY, b"x" * 32))
    (kept,) = (effect for effect in story.effects if hasattr(effect, "shown_texts"))
    assert kept.shown_texts == (TEXTS, b"x" * 32)


@pytest.mark.parametrize("questions", [(), (Question.PRESCRIPTION,)])
def test_only_what_is_asked_is_decided(questions: tuple[Question, ...]) -> None:
    story = asked(questions)
    for question in questions:
        story.happen(events.Decided(story.turn, DECISIONS[question][1], TEXTS))
    decisions = tuple(DECISIONS[each][1] for each in questions)
    assert story.records[0].decisions == (decisions or None)


def test_an_answer_to_another_question_is_no_answer() -> None:
    story = asked()
    story.happen(events.Decided(story.turn, Decision.PAPER_PRESCRIPTION, TEXTS))
    assert isinstance(story.state, AskingQuestion)
    assert story.last == ()


def test_without_consents_to_ask_the_questions_are_asked_all_the_same() -> None:
    story = Story().lay_card().match_face().prove(replace(ASKING, consents=()))
    assert story.shown() is PageName.SUBSIDY


@pytest.mark.parametrize(
    ("event", "failure"),
    [(events.Cancelled, FailureCode.CANCELLED), (events.TimedOut, FailureCode.TIMED_OUT)],
)
def test_a_patient_who_goes_is_recorded_with_what_was_decided_so_far(
    event: type[events.Cancelled | events.TimedOut], failure: FailureCode
) -> None:
    story = asked()
    story.happen(events.Decided(story.turn, Decision.NO_SUBSIDY, TEXTS))
    story.happen(event(story.turn))
    record = story.records[0]
    assert (record.outcome, record.failure) == (VisitOutcome.ABANDONED, failure)
    assert record.decisions == (Decision.NO_SUBSIDY,)
