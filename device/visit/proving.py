"""The card proves itself to the agent: its signature over the agent's fresh challenge."""

from dataclasses import replace

from device.visit.effects import (
    Choice,
    Effect,
    PageName,
    ShowPage,
    SignChallenge,
    StartTimer,
    TellAgent,
)
from device.visit.ending import end
from device.visit.events import (
    ChallengeReceived,
    ChallengeSigned,
    Event,
    RefusalReceived,
    TimedOut,
)
from device.visit.failing import fail
from device.visit.policy import VisitPolicy
from device.visit.state import (
    AwaitingOptions,
    ProvingIdentity,
    State,
    Verification,
    VerifyingState,
    Visit,
)
from hostlink.messages import IdentityProven, VisitOpened
from hostlink.terms import CardKind, FailureCode, VerificationMethod, VisitOutcome

_BY_FACE = {VerificationMethod.FACE, VerificationMethod.STAFF}
"""Somebody or something compared the face; no PIN was typed."""

Step = tuple[State, tuple[Effect, ...]]


def agent_connected(state: State) -> Step:
    """Name the visit again to an agent that may have missed it or have been restarted."""
    if isinstance(state, VerifyingState | AwaitingOptions) and state.visit.kind is not None:
        return state, (TellAgent(VisitOpened(state.visit.visit_id, state.visit.kind)),)
    return state, ()


def challenge_received(state: State, event: ChallengeReceived, policy: VisitPolicy) -> Step:
    """Keep the challenge, or sign it at once where the visit is waiting for it."""
    if not isinstance(state, VerifyingState | AwaitingOptions):
        return state, ()
    if event.message.visit_id != state.visit.visit_id:
        return state, ()
    visit = replace(state.visit, challenge=event.message)
    if isinstance(state, ProvingIdentity | AwaitingOptions):
        return prove_identity(state.turn + 1, visit, policy)
    return replace(state, visit=visit), ()


def verified(turn: int, visit: Visit, verification: Verification, policy: VisitPolicy) -> Step:
    """The patient is who the card says; now the card must prove itself."""
    return prove_identity(turn, replace(visit, verification=verification), policy)


def prove_identity(turn: int, visit: Visit, policy: VisitPolicy) -> Step:
    """Let the card sign as soon as the agent's challenge is here."""
    effects: tuple[Effect, ...] = (
        ShowPage(turn, PageName.CHECKING, (Choice.END,), is_phone=visit.is_phone),
        StartTimer(turn, policy.agent_s),
    )
    verification = visit.verification
    if visit.challenge is not None and (verification or asks_its_holder(visit.kind)):
        is_after_face = verification is not None and verification.method in _BY_FACE
        effects += (SignChallenge(turn, visit.challenge.challenge, is_after_face),)
    return ProvingIdentity(turn, visit), effects


def asks_its_holder(kind: CardKind | None) -> bool:
    """An iPhone signs only after it has asked for face, finger or code: its signature verifies.

    Source: facts/card.md §9.
    """
    return kind is CardKind.IPHONE


def proving_identity(state: ProvingIdentity, event: Event, policy: VisitPolicy) -> Step:
    """Wait for the challenge, then for the signature over it."""
    turn, visit = state.turn + 1, state.visit
    match event:
        case ChallengeSigned() if visit.verification:
            return _tell_proof(turn, visit, visit.verification, event, policy)
        case ChallengeSigned(at=at) if asks_its_holder(visit.kind):
            verification = Verification(VerificationMethod.PHONE, at)
            visit = replace(visit, verification=verification)
            return _tell_proof(turn, visit, verification, event, policy)
        case RefusalReceived(message) if message.visit_id == visit.visit_id:
            return end(turn, visit, VisitOutcome.FAILED, message.failure, policy)
        case TimedOut() if visit.challenge is None:
            return fail(turn, visit, FailureCode.AGENT_UNREACHABLE, policy)
        case TimedOut():
            return fail(turn, visit, FailureCode.CARD_UNREADABLE, policy)
        case _:
            return state, ()


def _tell_proof(
    turn: int,
    visit: Visit,
    verification: Verification,
    signed: ChallengeSigned,
    policy: VisitPolicy,
) -> Step:
    proof = IdentityProven(
        visit.visit_id, verification.method, signed.certificate, signed.signature
    )
    return AwaitingOptions(turn, visit), (
        ShowPage(turn, PageName.WAITING, (Choice.END,), is_phone=visit.is_phone),
        StartTimer(turn, policy.agent_s),
        TellAgent(proof),
    )
