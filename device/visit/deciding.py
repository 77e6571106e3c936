"""Questions beside the consents: 医療費助成 (PMH), and the form of the prescription.

Nothing is assumed: a question without a pressed button has no answer in the record.

Source: facts/oqs.md §7.4, §7.5.
"""

from dataclasses import replace

from device.visit.effects import Choice, Effect, PageName, ShowPage
from device.visit.ending import complete, end, give_up
from device.visit.events import Cancelled, Decided, Event, TimedOut
from device.visit.patience import wait_for_patient
from device.visit.policy import VisitPolicy
from device.visit.state import AskingQuestion, State, Visit
from hostlink.messages import VisitOptions
from hostlink.terms import DECISIONS, Emergency, FailureCode, Question, VisitOutcome

Step = tuple[State, tuple[Effect, ...]]

_PAGES = {Question.SUBSIDY: PageName.SUBSIDY, Question.PRESCRIPTION: PageName.PRESCRIPTION}


def ask_questions(turn: int, visit: Visit, options: VisitOptions, policy: VisitPolicy) -> Step:
    """Ask what is to be asked; without questions the visit is complete, as in an ambulance."""
    if visit.emergency is Emergency.AMBULANCE:
        return complete(turn, visit, options, policy)
    return _ask_next(turn, visit, options, options.questions or (), policy)


def asking_question(state: AskingQuestion, event: Event, policy: VisitPolicy) -> Step:
    """Wait for the answer to the question on the screen."""
    turn, visit, options = state.turn + 1, state.visit, state.options
    question, *others = state.questions
    match event:
        case Decided(decision=decision) if decision in DECISIONS[question]:
            visit = replace(
                visit,
                chosen=(*visit.chosen, decision),
                shown_texts=(*visit.shown_texts, event.text_hash),
            )
            return _ask_next(turn, visit, options, tuple(others), policy)
        case Cancelled():
            return end(turn, visit, VisitOutcome.ABANDONED, FailureCode.CANCELLED, policy)
        case TimedOut():
            return give_up(turn, visit, policy)
        case _:
            return state, ()


def _ask_next(
    turn: int,
    visit: Visit,
    options: VisitOptions,
    questions: tuple[Question, ...],
    policy: VisitPolicy,
) -> Step:
    if not questions:
        return complete(turn, visit, options, policy)
    state = AskingQuestion(turn, visit, options, questions)
    answers = (Choice(decision.name.lower()) for decision in DECISIONS[questions[0]])
    page = ShowPage(turn, _PAGES[questions[0]], (*answers, Choice.END), is_phone=visit.is_phone)
    return state, (page, wait_for_patient(state, policy))
