"""After the patient is known: the eligibility answer, 利用登録, the consents, other questions.

No answer is ever assumed: only a pressed button makes a `ConsentDecision`.

Source: facts/oqs.md §7.3 (all at once first, then one by one, since 2024-10-07).
"""

from dataclasses import replace
from typing import assert_never

from device.visit.deciding import ask_questions, asking_question
from device.visit.effects import Choice, Effect, PageName, ShowPage
from device.visit.ending import end, give_up
from device.visit.events import (
    AllConsentsAnswered,
    Cancelled,
    ConsentAnswered,
    ConsentsUnobtainable,
    Event,
    OneByOneChosen,
    OptionsReceived,
    RefusalReceived,
    RegistrationAccepted,
    TimedOut,
)
from device.visit.patience import wait_for_patient
from device.visit.policy import VisitPolicy
from device.visit.state import (
    AskingConsent,
    AskingQuestion,
    AwaitingOptions,
    Registering,
    State,
    Visit,
)
from hostlink.messages import ConsentDecision, VisitOptions
from hostlink.terms import ConsentAnswer, ConsentItem, Emergency, FailureCode, VisitOutcome

_SCREENS = (
    (ConsentItem.SURGERY,),
    (ConsentItem.DIAGNOSIS, ConsentItem.MEDICATION),
    (ConsentItem.HEALTH_CHECKUP,),
)
"""What is asked together when a patient answers one by one (facts/oqs.md §7.3)."""

_ALL_CHOICES = (Choice.AGREE_ALL, Choice.REFUSE_ALL, Choice.ONE_BY_ONE, Choice.END)
_CREW_CHOICES = (Choice.AGREE_ALL, Choice.REFUSE_ALL, Choice.CANNOT_ANSWER, Choice.END)
"""The crew ask by word of mouth, once (facts/oqs.md §11.3)."""
_ONE_CHOICES = (Choice.AGREE, Choice.REFUSE, Choice.END)


def advance_answering(
    state: AwaitingOptions | Registering | AskingConsent | AskingQuestion,
    event: Event,
    policy: VisitPolicy,
) -> tuple[State, tuple[Effect, ...]]:
    """Apply an event to a visit whose patient is verified."""
    match state:
        case AwaitingOptions():
            return _awaiting_options(state, event, policy)
        case Registering():
            return _registering(state, event, policy)
        case AskingConsent():
            return _asking_consent(state, event, policy)
        case AskingQuestion():
            return asking_question(state, event, policy)
        case _:
            assert_never(state)


def _awaiting_options(
    state: AwaitingOptions, event: Event, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    turn, visit = state.turn + 1, state.visit
    match event:
        case OptionsReceived(message, is_of_another) if message.visit_id == visit.visit_id:
            if is_of_another:
                failure = FailureCode.ELIGIBILITY_OF_ANOTHER
                return end(turn, visit, VisitOutcome.FAILED, failure, policy)
            notices = tuple(dict.fromkeys((*message.notices, *visit.notices)))
            # The birth date was compared and is needed no more.
            options = replace(message, notices=notices, birthdate=None)
            if not message.is_registered:
                return _register(turn, visit, options, policy)
            return _ask_consents(turn, visit, options, policy)
        case RefusalReceived(message) if message.visit_id == visit.visit_id:
            return end(turn, visit, VisitOutcome.FAILED, message.failure, policy)
        case Cancelled():
            return end(turn, visit, VisitOutcome.ABANDONED, FailureCode.CANCELLED, policy)
        case TimedOut():
            failure = FailureCode.AGENT_UNREACHABLE
            return end(turn, visit, VisitOutcome.FAILED, failure, policy)
        case _:
            return state, ()


def _register(
    turn: int, visit: Visit, options: VisitOptions, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    if _is_asked_by_crew(visit):
        # A patient agrees to it at a reception, and nobody else does for them.
        return end(turn, visit, VisitOutcome.FAILED, FailureCode.NOT_REGISTERED, policy)
    page = ShowPage(
        turn,
        PageName.REGISTER,
        (Choice.REGISTER, Choice.END),
        patient_name=options.patient_name,
        is_phone=visit.is_phone,
    )
    state = Registering(turn, visit, options)
    return state, (page, wait_for_patient(state, policy))


def _registering(
    state: Registering, event: Event, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    turn = state.turn + 1
    match event:
        case RegistrationAccepted():
            visit = replace(state.visit, has_registered=True)
            return _ask_consents(turn, visit, state.options, policy)
        case Cancelled():
            declined = FailureCode.REGISTRATION_DECLINED
            return end(turn, state.visit, VisitOutcome.ABANDONED, declined, policy)
        case TimedOut():
            return give_up(turn, state.visit, policy)
        case _:
            return state, ()


def _ask_consents(
    turn: int, visit: Visit, options: VisitOptions, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    if not options.consents:
        return ask_questions(turn, visit, options, policy)
    page = ShowPage(
        turn,
        PageName.CONSENT_ALL,
        _CREW_CHOICES if _is_asked_by_crew(visit) else _ALL_CHOICES,
        patient_name=options.patient_name,
        consents=options.consents,
        is_phone=visit.is_phone,
    )
    state = AskingConsent(turn, visit, options, ())
    return state, (page, wait_for_patient(state, policy))


def _asking_consent(
    state: AskingConsent, event: Event, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    turn = state.turn + 1
    match event:
        case AllConsentsAnswered() if not state.groups:
            visit = _decide(state.visit, state.options.consents, _answer(event), event)
            return ask_questions(turn, visit, state.options, policy)
        case ConsentsUnobtainable() if _is_asked_by_crew(state.visit):
            unobtainable = ConsentAnswer.UNOBTAINABLE
            visit = _decide(state.visit, state.options.consents, unobtainable, event)
            return ask_questions(turn, visit, state.options, policy)
        case OneByOneChosen() if not (state.groups or _is_asked_by_crew(state.visit)):
            return _ask_next(turn, state.visit, state.options, _groups(state.options), policy)
        case ConsentAnswered() if state.groups:
            visit = _decide(state.visit, state.groups[0], _answer(event), event)
            return _ask_next(turn, visit, state.options, state.groups[1:], policy)
        case Cancelled():
            cancelled = FailureCode.CANCELLED
            return end(turn, state.visit, VisitOutcome.ABANDONED, cancelled, policy)
        case TimedOut():
            return give_up(turn, state.visit, policy)
        case _:
            return state, ()


def _groups(options: VisitOptions) -> tuple[tuple[ConsentItem, ...], ...]:
    asked = (tuple(item for item in screen if item in options.consents) for screen in _SCREENS)
    return tuple(group for group in asked if group)


def _ask_next(
    turn: int,
    visit: Visit,
    options: VisitOptions,
    groups: tuple[tuple[ConsentItem, ...], ...],
    policy: VisitPolicy,
) -> tuple[State, tuple[Effect, ...]]:
    if not groups:
        return ask_questions(turn, visit, options, policy)
    count = len(_groups(options))
    page = ShowPage(
        turn,
        PageName.CONSENT_ONE,
        _ONE_CHOICES,
        consents=groups[0],
        position=count - len(groups) + 1,
        count=count,
    )
    state = AskingConsent(turn, visit, options, groups)
    return state, (page, wait_for_patient(state, policy))


def _is_asked_by_crew(visit: Visit) -> bool:
    return visit.emergency is Emergency.AMBULANCE


def _answer(event: AllConsentsAnswered | ConsentAnswered) -> ConsentAnswer:
    return ConsentAnswer.GIVEN if event.is_given else ConsentAnswer.REFUSED


def _decide(
    visit: Visit,
    items: tuple[ConsentItem, ...],
    answer: ConsentAnswer,
    event: AllConsentsAnswered | ConsentAnswered | ConsentsUnobtainable,
) -> Visit:
    decisions = tuple(ConsentDecision(item, answer, event.at) for item in items)
    return replace(
        visit,
        decisions=(*visit.decisions, *decisions),
        shown_texts=(*visit.shown_texts, event.text_hash),
    )
