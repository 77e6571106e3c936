"""The end of every visit: one signed record, nothing remembered, and the card taken back."""

from dataclasses import replace

from device.visit.effects import (
    Effect,
    ForgetPatient,
    KeepRecord,
    PageName,
    ShowPage,
    StartTimer,
)
from device.visit.events import Event, JobFailed, RecordKept, TimedOut
from device.visit.policy import VisitPolicy
from device.visit.state import CardTaken, KeepingRecord, State, TakingCard, Visit
from hostlink.messages import VisitOptions, VisitRecord
from hostlink.terms import FailureCode, Notice, VisitOutcome

FORGET = ForgetPatient()


def keep_record(
    turn: int,
    visit: Visit,
    outcome: VisitOutcome,
    failure: FailureCode | None,
    notices: tuple[Notice, ...] | None = None,
) -> KeepRecord:
    """The one record of this visit; a visit that did not complete is recorded as such."""
    verification = visit.verification
    record = VisitRecord(
        visit_id=visit.visit_id,
        nonce=visit.challenge.nonce if visit.challenge else b"",
        card_kind=visit.kind,
        outcome=outcome,
        failure=failure,
        method=verification.method if verification else None,
        verified_at=verification.at if verification else None,
        has_registered=visit.has_registered,
        consents=visit.decisions,
        match=verification.match if verification else None,
        notices=notices,
        decisions=visit.chosen or None,
        emergency=visit.emergency,
    )
    return KeepRecord(turn, record, visit.shown_texts)


def complete(
    turn: int, visit: Visit, options: VisitOptions, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    """All is answered: store the record first, only then say that it is done."""
    return KeepingRecord(turn, options, visit.is_phone), (
        ShowPage(turn, PageName.SAVING, is_phone=visit.is_phone),
        StartTimer(turn, policy.save_s),
        keep_record(turn, visit, VisitOutcome.COMPLETED, None, options.notices),
    )


def end(
    turn: int, visit: Visit, outcome: VisitOutcome, failure: FailureCode, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    """The visit ends here without completing; the patient is told why and takes the card."""
    record = keep_record(turn, visit, outcome, failure)
    state, effects = _take_card(TakingCard(turn, failure, visit.is_phone), policy)
    return state, (record, FORGET, *effects)


def give_up(turn: int, visit: Visit, policy: VisitPolicy) -> tuple[State, tuple[Effect, ...]]:
    """The patient went silent; nothing of the visit is kept waiting for the next one."""
    return end(turn, visit, VisitOutcome.ABANDONED, FailureCode.TIMED_OUT, policy)


def keeping_record(
    state: KeepingRecord, event: Event, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    """Wait for the disk. Nothing is called finished that could still be lost."""
    turn = state.turn + 1
    match event:
        case RecordKept() if state.options:
            finished = ShowPage(
                turn,
                PageName.FINISHED,
                patient_name=state.options.patient_name,
                notices=state.options.notices,
                is_phone=state.is_phone,
            )
            timer = StartTimer(turn, policy.take_card_reminder_s)
            taking = TakingCard(turn, None, state.is_phone, state.options.notices)
            return taking, (FORGET, finished, timer)
        case RecordKept():
            return card_taken(turn, None, policy, is_phone=state.is_phone)
        case JobFailed() | TimedOut() if state.options:
            failure = FailureCode.STORAGE_UNAVAILABLE
            after, effects = _take_card(TakingCard(turn, failure, state.is_phone), policy)
            return after, (FORGET, *effects)
        case JobFailed() | TimedOut():
            failure = FailureCode.STORAGE_UNAVAILABLE
            return card_taken(turn, failure, policy, is_phone=state.is_phone)
        case _:
            return state, ()


def taking_card(
    state: TakingCard, event: Event, policy: VisitPolicy
) -> tuple[State, tuple[Effect, ...]]:
    """Call out a card that stays behind, again and again, until it is taken."""
    if not isinstance(event, TimedOut):
        return state, ()
    return _take_card(replace(state, turn=state.turn + 1), policy, is_reminder=True)


def card_taken(
    turn: int,
    failure: FailureCode | None,
    policy: VisitPolicy,
    *,
    is_phone: bool,
    notices: tuple[Notice, ...] = (),
) -> tuple[State, tuple[Effect, ...]]:
    """A last page without any name; then the reader waits for the next patient."""
    page = ShowPage(turn, PageName.CARD_TAKEN, failure=failure, is_phone=is_phone, notices=notices)
    return CardTaken(turn, failure), (page, StartTimer(turn, policy.notice_s))


def _take_card(
    state: TakingCard, policy: VisitPolicy, *, is_reminder: bool = False
) -> tuple[State, tuple[Effect, ...]]:
    page = ShowPage(
        state.turn,
        PageName.TAKE_CARD,
        failure=state.failure,
        is_reminder=is_reminder,
        is_phone=state.is_phone,
    )
    return state, (page, StartTimer(state.turn, policy.take_card_reminder_s))
