"""The visit: `advance(state, event) -> (state, effects)`, the whole of it pure.

Every change of state is a new turn. An event that answers another turn, or that does not fit
the state (the card was pulled a moment ago), leaves the state as it is.

Source: facts/oqs.md §7 (patient flow); architecture decisions 1 and 5.
"""

from dataclasses import replace
from typing import assert_never

from device.visit import answering, ending, patience, proving, verifying
from device.visit.effects import Effect, PageName, RecogniseCard, ShowPage, StartTimer
from device.visit.events import (
    AgentConnected,
    CardPlaced,
    CardRemoved,
    ChallengeReceived,
    Event,
    MoreTimeWanted,
    SlotLost,
    SlotReady,
    TimedOut,
    TimeRunsShort,
)
from device.visit.policy import VisitPolicy
from device.visit.state import (
    AskingConsent,
    AskingQuestion,
    AwaitingOptions,
    CardTaken,
    CheckingFace,
    CheckingPassword,
    ChoosingMethod,
    ComparingFace,
    ConfirmingLastTry,
    EnteringPassword,
    EnteringPin,
    EnteringPrintedCode,
    Failing,
    Idle,
    KeepingRecord,
    OutOfService,
    ProvingIdentity,
    RecallingPin,
    Recognising,
    Registering,
    State,
    TakingCard,
    VerifyingPin,
    Visit,
    VisitState,
)
from hostlink.terms import FailureCode, VisitOutcome

Step = tuple[State, tuple[Effect, ...]]
"""The next state, and what it wants done, in order."""


def begin() -> Step:
    """The reader has just started and does not know yet whether its card slot answers."""
    return (
        OutOfService(0, FailureCode.READER_UNAVAILABLE),
        (ShowPage(0, PageName.STARTING),),
    )


def advance(  # noqa: C901 - one line for each event that any state may meet
    state: State, event: Event, policy: VisitPolicy | None = None
) -> Step:
    """Apply one event to the visit.

    Args:
        state: Where the visit stands.
        event: What happened.
        policy: Time limits and numbers of tries; the defaults when not given.

    Returns:
        The next state and the effects to perform, in order. An event that is late or does not
        fit gives the same state and no effects.
    """
    policy = policy or VisitPolicy()
    if getattr(event, "turn", state.turn) != state.turn:
        return state, ()
    match event:
        case CardPlaced():
            return _card_placed(state, event, policy)
        case CardRemoved():
            return _card_removed(state, policy)
        case SlotLost():
            return _slot_lost(state)
        case SlotReady():
            return _idle(state.turn + 1) if isinstance(state, OutOfService) else (state, ())
        case AgentConnected():
            return proving.agent_connected(state)
        case TimeRunsShort():
            return patience.time_runs_short(state, policy)
        case MoreTimeWanted():
            return patience.more_time_wanted(state, policy)
        case ChallengeReceived():
            return proving.challenge_received(state, event, policy)
        case _:
            return _advance_state(state, event, policy)


def _advance_state(state: State, event: Event, policy: VisitPolicy) -> Step:
    match state:
        case Idle() | OutOfService():
            return state, ()
        case KeepingRecord():
            return ending.keeping_record(state, event, policy)
        case TakingCard():
            return ending.taking_card(state, event, policy)
        case CardTaken():
            return _idle(state.turn + 1) if isinstance(event, TimedOut) else (state, ())
        case AwaitingOptions() | Registering() | AskingConsent() | AskingQuestion():
            return answering.advance_answering(state, event, policy)
        case (
            Recognising()
            | ChoosingMethod()
            | CheckingFace()
            | EnteringPrintedCode()
            | EnteringPin()
            | ConfirmingLastTry()
            | VerifyingPin()
            | RecallingPin()
            | EnteringPassword()
            | CheckingPassword()
            | ComparingFace()
            | ProvingIdentity()
            | Failing()
        ):
            return verifying.advance_verifying(state, event, policy)
        case _:
            assert_never(state)


def _idle(turn: int) -> Step:
    return Idle(turn), (ShowPage(turn, PageName.IDLE),)


def _card_placed(state: State, event: CardPlaced, policy: VisitPolicy) -> Step:
    """Begin a visit; whoever was here before is gone, even if their card was never seen leaving."""
    if isinstance(state, OutOfService):
        return state, ()
    farewell: tuple[Effect, ...] = ()
    if not isinstance(state, Idle | CardTaken):
        state, farewell = _card_removed(state, policy)
    turn = state.turn + 1
    effects = (
        *farewell,
        ShowPage(turn, PageName.RECOGNISING),
        StartTimer(turn, policy.recognise_s),
        RecogniseCard(turn),
    )
    return Recognising(turn, Visit(event.visit_id, emergency=policy.emergency)), effects


def _card_removed(state: State, policy: VisitPolicy) -> Step:
    """Taking the card always forgets the patient."""
    match state:
        case Idle() | OutOfService() | CardTaken():
            return state, ()
        case TakingCard(failure=failure, is_phone=is_phone, notices=notices):
            turn = state.turn + 1
            return ending.card_taken(turn, failure, policy, is_phone=is_phone, notices=notices)
        case KeepingRecord():
            return replace(state, options=None), (ending.FORGET,)
        case _:
            turn, visit, failure = state.turn + 1, state.visit, FailureCode.CARD_REMOVED
            record = ending.keep_record(turn, visit, VisitOutcome.ABANDONED, failure)
            after, effects = ending.card_taken(turn, failure, policy, is_phone=visit.is_phone)
            return after, (record, ending.FORGET, *effects)


def _slot_lost(state: State) -> Step:
    if isinstance(state, OutOfService):
        return state, ()
    turn = state.turn + 1
    failure = FailureCode.READER_UNAVAILABLE
    effects: tuple[Effect, ...] = (
        ending.FORGET,
        ShowPage(turn, PageName.OUT_OF_SERVICE, failure=failure),
    )
    if isinstance(state, VisitState):
        record = ending.keep_record(turn, state.visit, VisitOutcome.FAILED, failure)
        effects = (record, *effects)
    return OutOfService(turn, failure), effects
