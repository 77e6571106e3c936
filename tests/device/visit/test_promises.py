"""What the visit promises, over whatever may happen in whatever order.

Each promise has a bad machine that breaks it, and the same check must catch it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.visit import events, machine
from device.visit.effects import (
    Effect,
    ForgetPatient,
    KeepRecord,
    OpenPinEntry,
    RecogniseCard,
    ShowPage,
    StartFaceCheck,
    VerifyPin,
)
from device.visit.machine import Step
from device.visit.state import (
    AskingConsent,
    AskingQuestion,
    CardTaken,
    EnteringPin,
    Idle,
    KeepingRecord,
    OutOfService,
    ProvingIdentity,
    State,
    TakingCard,
    VisitState,
)
from hostlink.messages import VisitRecord
from hostlink.terms import DECISIONS, CardKind, VerificationMethod, VisitOutcome
from tools.draw_states import MATCH, MOMENT, TYPING, explore, possible_events

Advance = Callable[[State, events.Event], Step]


@dataclass
class Observer:
    """Watches one patient at a time from outside, by events and effects only."""

    kind: CardKind | None = None
    is_verified: bool = False
    answers_pressed: int = 0
    are_staff_here: bool = False
    """The facility password was right for this patient."""
    has_decided: bool = False
    """An answer to a question that is no consent was pressed."""
    is_remembered: bool = False
    """Somebody was here who was not forgotten yet."""
    broken: list[str] = field(default_factory=list)

    def watch(
        self, state: State, event: events.Event, after: State, done: tuple[Effect, ...]
    ) -> None:
        is_current = getattr(event, "turn", state.turn) == state.turn
        if isinstance(event, events.CardRecognised) and is_current:
            self.kind = event.kind
        if isinstance(event, events.FaceMatched | events.PinAccepted) and is_current:
            self.is_verified = True
        if isinstance(event, events.StaffPasswordAccepted) and is_current:
            self.are_staff_here = True
        if isinstance(event, events.StaffAnswered) and is_current and event.is_holder:
            self.is_verified |= self.are_staff_here
        if isinstance(event, events.ChallengeSigned) and is_current:
            self.is_verified |= self.kind is CardKind.IPHONE
        self.has_decided |= isinstance(event, events.Decided) and is_current
        if isinstance(event, events.AllConsentsAnswered | events.ConsentAnswered) and is_current:
            self.answers_pressed += 1
        self._check_records(done)
        self._check_forgetting(event, after, done)
        if not is_current and after != state:
            self.broken.append("late answer counted")

    def _check_forgetting(
        self, event: events.Event, after: State, done: tuple[Effect, ...]
    ) -> None:
        if ForgetPatient() in done:
            self.is_remembered = False
        if isinstance(event, events.CardRemoved) and isinstance(after, VisitState):
            self.broken.append("card taken, patient kept")
        begins = RecogniseCard(after.turn) in done
        is_over = not isinstance(after, VisitState | KeepingRecord)
        if self.is_remembered and (begins or is_over or isinstance(event, events.CardRemoved)):
            self.broken.append("left without forgetting")
            self.is_remembered = False
        if begins:
            self.is_verified, self.answers_pressed, self.is_remembered = False, 0, True
            self.kind, self.are_staff_here, self.has_decided = None, False, False

    def _check_records(self, done: tuple[Effect, ...]) -> None:
        for effect in done:
            if isinstance(effect, KeepRecord):
                self._check_record(effect.record)

    def _check_record(self, record: VisitRecord) -> None:
        is_completed = record.outcome is VisitOutcome.COMPLETED
        is_kept = {
            "result without verification": self.is_verified or not is_completed,
            "card taken for a phone": record.method is not VerificationMethod.PHONE
            or self.kind is CardKind.IPHONE,
            "band does not fit the method": bool(record.match)
            is (record.method is VerificationMethod.FACE),
            "failure code does not fit the outcome": (record.failure is None) is is_completed,
            "the certificate's state does not fit the outcome": (record.notices is not None)
            is is_completed,
            "consent assumed": not record.consents or bool(self.answers_pressed),
            "decision assumed": not record.decisions or self.has_decided,
        }
        self.broken += [promise for promise, is_so in is_kept.items() if not is_so]


def step(state: State, event: events.Event) -> Step:
    """The machine of a clinic that lets everything be done that can be done."""
    return machine.advance(state, event, TYPING)


def run(choices: list[tuple[int, int]], advance: Advance = step) -> list[str]:
    """Feed events picked by number, some of them late, and report every broken promise."""
    observer = Observer()
    state = advance(machine.begin()[0], events.SlotReady())[0]
    for number, delay in choices:
        fitting = list(possible_events(max(0, state.turn - delay)))
        event = fitting[number % len(fitting)]
        after, done = advance(state, event)
        observer.watch(state, event, after, done)
        state = after
    return observer.broken


MOST_EVENTS = len(list(possible_events(0)))


def likely_walk() -> st.SearchStrategy[list[tuple[int, int]]]:
    late = st.sampled_from([0, 0, 0, 0, 0, 0, 1, 2])
    return st.lists(st.tuples(st.integers(0, MOST_EVENTS - 1), late), max_size=60)


@settings(max_examples=400, deadline=None)
@given(likely_walk())
def test_every_promise_holds_over_any_history(choices: list[tuple[int, int]]) -> None:
    assert run(choices) == []


def replay(names: str, advance: Advance) -> list[str]:
    """Feed events by name; `late:` marks one that answers the turn before, `IPHONE` a phone,
    `TRUSTING` a card with a terminal, `ASKING` an answer with questions.
    """
    observer = Observer()
    state: State = Idle(1)
    for name in names.split():
        late, _, kind = name.rpartition(":")
        event = named(kind, state.turn - 1 if late else state.turn)
        after, done = advance(state, event)
        observer.watch(state, event, after, done)
        state = after
    return observer.broken


def named(name: str, turn: int) -> events.Event:
    for event in possible_events(turn):
        if isinstance(event, events.CardRecognised) and event.kind.name == name:
            return event
        if isinstance(event, events.CardRecognised) and event.has_terminal and name == "TRUSTING":
            return event
        if isinstance(event, events.OptionsReceived) and name == "ASKING":
            if event.message.questions:
                return event
            continue
        if type(event).__name__ == name:
            return event
    raise KeyError(name)


KNOWN = "CardPlaced CardRecognised FaceChosen "
PROVEN = KNOWN + "FaceMatched ChallengeReceived ChallengeSigned OptionsReceived "
SWAPPED = PROVEN + "AllConsentsAnswered CardRemoved CardPlaced"
WHOLE = PROVEN + "AllConsentsAnswered RecordKept CardRemoved TimedOut"


PHONE = (
    "CardPlaced IPHONE ChallengeReceived ChallengeSigned OptionsReceived AllConsentsAnswered"
    " RecordKept CardRemoved TimedOut"
)


STAFFED = (
    "CardPlaced TRUSTING StaffChosen StaffPasswordEntered StaffPasswordAccepted StaffAnswered"
    " ChallengeReceived ChallengeSigned OptionsReceived AllConsentsAnswered RecordKept CardRemoved"
    " TimedOut"
)
ASKED = PROVEN.replace("OptionsReceived", "ASKING") + "AllConsentsAnswered "


@pytest.mark.parametrize("history", [WHOLE, PHONE, STAFFED, ASKED + "Decided CardRemoved"])
def test_the_whole_visit_keeps_every_promise(history: str) -> None:
    assert replay(history, step) == []


def ignores_turns(state: State, event: events.Event) -> Step:
    """Bad: takes every answer for a current one."""
    same_kind = (e for e in possible_events(state.turn) if type(e) is type(event))
    return machine.advance(state, next(same_kind))


def keeps_patient(state: State, event: events.Event) -> Step:
    """Bad: a removed card is treated like a pause."""
    if isinstance(event, events.CardRemoved) and isinstance(state, VisitState):
        return replace(state, turn=state.turn + 1), ()
    return machine.advance(state, event)


def forgets_to_forget(state: State, event: events.Event) -> Step:
    """Bad: the card stays powered when the visit ends."""
    after, done = machine.advance(state, event)
    return after, tuple(effect for effect in done if not isinstance(effect, ForgetPatient))


def forgets_only_failures(state: State, event: events.Event) -> Step:
    """Bad: after a completed visit the card stays powered."""
    after, done = machine.advance(state, event)
    if isinstance(state, KeepingRecord):
        done = tuple(effect for effect in done if not isinstance(effect, ForgetPatient))
    return after, done


def waits_for_the_disk_to_forget(state: State, event: events.Event) -> Step:
    """Bad: a card swapped while the record is written meets the session of the one before."""
    after, done = machine.advance(state, event)
    if isinstance(state, KeepingRecord) and not isinstance(event, events.RecordKept):
        done = tuple(effect for effect in done if not isinstance(effect, ForgetPatient))
    return after, done


def assumes_consent(state: State, event: events.Event) -> Step:
    """Bad: silence counts as yes."""
    if isinstance(state, AskingConsent) and isinstance(event, events.TimedOut):
        event = events.AllConsentsAnswered(state.turn, True, MOMENT, b"")
        after, done = machine.advance(state, event)
        return after, done
    return machine.advance(state, event)


def skips_verification(state: State, event: events.Event) -> Step:
    """Bad: choosing the face is taken for having it checked."""
    after, done = machine.advance(state, event)
    if isinstance(event, events.FaceChosen) and done:
        return machine.advance(after, events.FaceMatched(after.turn, MOMENT, MATCH))
    return after, done


def takes_every_signature(state: State, event: events.Event) -> Step:
    """Bad: whatever signs is taken for a phone that asked its holder."""
    if isinstance(event, events.CardRecognised):
        event = replace(event, kind=CardKind.IPHONE)
    return machine.advance(state, event, TYPING)


def believes_a_phone_at_sight(state: State, event: events.Event) -> Step:
    """Bad: a phone that was laid down counts as one that signed."""
    if isinstance(event, events.ChallengeReceived) and isinstance(state, ProvingIdentity):
        proven = machine.advance(state, event, TYPING)[0]
        return machine.advance(
            proven, events.ChallengeSigned(proven.turn, b"", b"", MOMENT), TYPING
        )
    return machine.advance(state, event, TYPING)


def blames_the_phone(state: State, event: events.Event) -> Step:
    """Bad: the record of a face check says that a phone did it."""
    after, done = machine.advance(state, event, TYPING)
    return after, tuple(
        replace(effect, record=by_phone(effect.record))
        if isinstance(effect, KeepRecord)
        else effect
        for effect in done
    )


def forgets_the_band(state: State, event: events.Event) -> Step:
    """Bad: nobody can tell later how clear the match was, and by which threshold."""
    after, done = machine.advance(state, event, TYPING)
    return after, tuple(
        replace(effect, record=replace(effect.record, match=None))
        if isinstance(effect, KeepRecord)
        else effect
        for effect in done
    )


def believes_whoever_presses_staff(state: State, event: events.Event) -> Step:
    """Bad: the password is asked for, but the page after it is reached without."""
    after, done = machine.advance(state, event, TYPING)
    if isinstance(event, events.StaffChosen) and done:
        for skipped in (events.StaffPasswordEntered, events.StaffPasswordAccepted):
            after = machine.advance(after, skipped(after.turn), TYPING)[0]
    return after, done


def assumes_a_decision(state: State, event: events.Event) -> Step:
    """Bad: who says nothing gets paper."""
    if isinstance(state, AskingQuestion) and isinstance(event, events.TimedOut):
        for question in state.questions:
            decided = events.Decided(state.turn, DECISIONS[question][1], b"")
            state, done = machine.advance(state, decided, TYPING)
        return state, done
    return machine.advance(state, event, TYPING)


def forgets_the_certificate(state: State, event: events.Event) -> Step:
    """Bad: nobody can tell later that the visit went on by an expired certificate."""
    after, done = machine.advance(state, event, TYPING)
    return after, tuple(
        replace(effect, record=replace(effect.record, notices=None))
        if isinstance(effect, KeepRecord)
        else effect
        for effect in done
    )


def by_phone(record: VisitRecord) -> VisitRecord:
    return replace(record, method=VerificationMethod.PHONE)


@pytest.mark.parametrize(
    ("bad", "history", "promise"),
    [
        (ignores_turns, KNOWN + "late:FaceMatched", "late answer counted"),
        (keeps_patient, KNOWN + "CardRemoved", "card taken, patient kept"),
        (forgets_to_forget, KNOWN + "CardRemoved", "left without forgetting"),
        (forgets_only_failures, WHOLE, "left without forgetting"),
        (waits_for_the_disk_to_forget, SWAPPED, "left without forgetting"),
        (assumes_consent, PROVEN + "TimedOut", "consent assumed"),
        (skips_verification, WHOLE.replace(" FaceMatched", ""), "result without verification"),
        (
            takes_every_signature,
            WHOLE.replace(" FaceChosen FaceMatched", ""),
            "result without verification",
        ),
        (
            believes_a_phone_at_sight,
            PHONE.replace(" ChallengeSigned", ""),
            "result without verification",
        ),
        (
            believes_whoever_presses_staff,
            STAFFED.replace(" StaffPasswordEntered StaffPasswordAccepted", ""),
            "result without verification",
        ),
        (assumes_a_decision, ASKED + "TimedOut", "decision assumed"),
        (blames_the_phone, WHOLE, "card taken for a phone"),
        (forgets_the_band, WHOLE, "band does not fit the method"),
        (
            forgets_the_certificate,
            WHOLE,
            "the certificate's state does not fit the outcome",
        ),
    ],
)
def test_each_bad_machine_is_caught(bad: Advance, history: str, promise: str) -> None:
    assert replay(history, step) == []
    assert promise in replay(history, bad)


def test_every_state_has_a_way_out() -> None:
    """From every reachable state time alone, or the card, leads back to the idle reader."""
    steps = explore()
    leads_to: dict[State, set[State]] = {}
    for before, event, after, _ in steps:
        if isinstance(event, events.TimedOut | events.CardRemoved | events.SlotReady):
            leads_to.setdefault(before, set()).add(after)
    for start in leads_to:
        reached, unseen = {start}, [start]
        while unseen:
            for after in leads_to[unseen.pop()] - reached:
                reached.add(after)
                unseen.append(after)
        assert any(isinstance(state, Idle) for state in reached), start


def test_every_state_of_a_visit_answers_time_out_and_removal() -> None:
    for before, event, after, _ in explore():
        if isinstance(before, VisitState) and isinstance(event, events.TimedOut):
            assert not isinstance(after, type(before)), before
        if isinstance(before, VisitState) and isinstance(event, events.CardRemoved):
            assert isinstance(after, CardTaken), before


def test_exactly_one_record_for_every_visit() -> None:
    """A laid card leaves a record exactly when its visit ends, by whatever event."""
    for before, event, after, done in explore():
        records = sum(isinstance(effect, KeepRecord) for effect in done)
        has_ended = isinstance(before, VisitState) and (
            not isinstance(after, VisitState) or isinstance(event, events.CardPlaced)
        )
        assert records == int(has_ended), (before, event)


def test_a_pin_is_sent_only_from_an_entered_and_where_last_a_confirmed_pin() -> None:
    for before, event, _, done in explore():
        if any(isinstance(effect, VerifyPin) for effect in done):
            assert isinstance(event, events.PinEntered | events.LastTryConfirmed)
            if isinstance(event, events.PinEntered):
                assert isinstance(before, EnteringPin)
                assert before.visit.pin_tries_left > 1


def test_states_that_know_nobody_hold_no_name() -> None:
    for _, _, after, _ in explore():
        if isinstance(after, Idle | OutOfService | CardTaken | TakingCard):
            assert not hasattr(after, "visit")
            assert not hasattr(after, "options")


def test_no_name_certificate_or_challenge_in_any_repr() -> None:
    # Each thing once: most transitions lead to what others lead to as well.
    things = {thing for _, event, after, done in explore() for thing in (event, after, *done)}
    shown = "".join(map(repr, things))
    for secret in ("太郎", "b'certificate'", "b'signature'", "cccccc"):
        assert secret not in shown


def test_each_page_with_choices_offers_the_way_out() -> None:
    for *_, done in explore():
        for effect in done:
            if isinstance(effect, ShowPage) and effect.choices:
                assert "end" in {choice.value for choice in effect.choices}


def test_no_face_only_card_is_ever_asked_for_a_pin() -> None:
    for before, *_, done in explore():
        for effect in done:
            visit = getattr(before, "visit", None)
            if isinstance(effect, OpenPinEntry | VerifyPin):
                assert visit is not None
                assert visit.kind is not CardKind.FACE_ONLY


def test_the_face_counts_only_where_a_photo_can_be_opened() -> None:
    for before, *_, done in explore():
        for effect in done:
            if isinstance(effect, StartFaceCheck):
                visit = getattr(before, "visit", None)
                assert visit is not None
                assert visit.has_face
                assert visit.has_front or visit.is_code_typed or effect.is_code_typed


def test_a_printed_code_is_used_only_after_it_was_entered() -> None:
    for _, event, _, done in explore():
        for effect in done:
            if isinstance(effect, StartFaceCheck) and effect.is_code_typed:
                assert isinstance(event, events.PrintedCodeEntered)
