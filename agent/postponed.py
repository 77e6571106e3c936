"""Questions that the eligibility source could not answer while the patient was there.

Where a clinic allows it, such a visit is completed without an answer: its holder is verified, asked
for no consent, and told that the insurance is looked up later. Once its result is here the question
is asked again, for the day of the visit, until it is answered; then the result is delivered as any
other. What cannot be answered is told to staff before anything of it is deleted. Nothing is asked
for a visit that was not completed.

Source: facts/oqs.md §7.10.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update

from agent.clock import Clock, day_in_japan, moment_of
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery, EligibilitySource
from agent.errors import EligibilityUnreachableError, MalformedQualificationError
from agent.journal import Alarm, Event, Journal
from agent.qualification import record_to_json
from agent.schema import IS_OF_ITS_READER, POSTPONED, RESULTS, VISITS
from agent.store import Store
from hostlink.terms import FailureCode, VisitOutcome

IS_COMPLETED = and_(
    RESULTS.c.visit_id == POSTPONED.c.visit_id,
    IS_OF_ITS_READER,
    RESULTS.c.nonce == VISITS.c.nonce,
    RESULTS.c.outcome == int(VisitOutcome.COMPLETED),
)
WAITING = (
    select(
        POSTPONED.c.visit_id,
        POSTPONED.c.certificate,
        POSTPONED.c.since_unix_ms,
        RESULTS.c.seq,
        RESULTS.c.received_unix_ms,
    )
    .join_from(POSTPONED, VISITS, POSTPONED.c.visit_id == VISITS.c.visit_id)
    .join(RESULTS, IS_COMPLETED)
    .order_by(POSTPONED.c.since_unix_ms)
)
IS_COMPLETE = exists().where(VISITS.c.visit_id == POSTPONED.c.visit_id, IS_COMPLETED)
IS_OVER = exists().where(
    RESULTS.c.visit_id == POSTPONED.c.visit_id,
    VISITS.c.visit_id == POSTPONED.c.visit_id,
    IS_OF_ITS_READER,
)
IS_VISIT_GONE = ~exists().where(VISITS.c.visit_id == POSTPONED.c.visit_id)
DROP_IDLE = delete(POSTPONED).where(or_(IS_VISIT_GONE, and_(IS_OVER, ~IS_COMPLETE)))
"""Of visits that ended otherwise, or were deleted because no result ever came."""
FORGET = delete(POSTPONED).where(POSTPONED.c.visit_id == bindparam("of_visit"))
MOST_FAILURES = 3
"""In a row: the source is away, not only this question of it."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """A question that is to be asked again."""

    visit_id: bytes
    certificate: bytes = field(repr=False)
    """X.509 DER."""
    since_unix_ms: int
    """When the patient was there."""
    seq: int
    """Number of the result that waits for it."""
    received_unix_ms: int
    """When that was stored."""


@dataclass(frozen=True, slots=True)
class PostponedTerms:
    """What is the same for every question."""

    medical_institution_code: str
    """10 digits."""
    longest: timedelta
    """So long after its result a question is given up, and staff have to ask themselves."""


class PostponedQuestions:
    """The questions in the store; used by one thread."""

    def __init__(
        self,
        store: Store,
        source: EligibilitySource,
        terms: PostponedTerms,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._store = store
        self._source = source
        self._terms = terms
        self._journal = journal
        self._clock = clock
        self._failures = Counter[bytes]()
        self._faulty = set[bytes]()
        """Visits whose fault staff have been told of."""

    def has_any(self) -> bool:
        """Whether there is something to ask, or to drop."""
        return bool(self._store.rows(select(POSTPONED.c.visit_id).limit(1)))

    def ask_all(self) -> bool:
        """Ask what waits, the least often failed first.

        Returns:
            False when something still waits.
        """
        waiting = self._waiting()
        failures = 0
        for question in sorted(waiting, key=lambda each: self._failures[each.visit_id]):
            if failures == MOST_FAILURES:
                break
            is_settled = self._is_too_old(question) or self._ask(question)
            if is_settled:
                failures = 0
                self._failures.pop(question.visit_id, None)
            else:
                failures += 1
                self._failures[question.visit_id] += 1
        return not self._store.rows(WAITING.limit(1))

    def _waiting(self) -> list[Postponed]:
        self._store.change(DROP_IDLE)
        return [Postponed(*row) for row in self._store.rows(WAITING)]

    def _is_too_old(self, question: Postponed) -> bool:
        age = self._clock.now() - moment_of(question.received_unix_ms)
        if age < self._terms.longest:
            return False
        self._give_up(question, "no answer in time")
        return True

    def _ask(self, question: Postponed) -> bool:
        """Whether there is nothing more to ask."""
        query = EligibilityQuery(
            question.visit_id,
            self._terms.medical_institution_code,
            question.certificate,
            day_in_japan(moment_of(question.since_unix_ms)),
        )
        try:
            answer = self._source.ask(query)
        except EligibilityUnreachableError:
            return False
        except MalformedQualificationError as error:
            self._give_up(question, f"malformed {error.field}")
            return True
        except Exception as error:  # noqa: BLE001 - one bad question must not stop the others
            self._tell_fault(question, type(error).__name__)
            return False
        match answer:
            case EligibilityAnswer(is_registered=False):
                # Nobody agreed to 利用登録, and nobody is here to be asked.
                self._give_up(question, "not registered")
            case EligibilityAnswer():
                self._keep(question, answer)
            case FailureCode.ELIGIBILITY_NOT_FOUND:
                self._give_up(question, "not found")
            case _:
                return False
        return True

    def _keep(self, question: Postponed, answer: EligibilityAnswer) -> None:
        """From now on the delivery finds the result, if the visit is still this card's."""
        is_same = VISITS.c.certificate == hashlib.sha256(question.certificate).digest()
        # The answer is about the day of the visit, and is dated so.
        record = record_to_json(answer.record) if answer.record else None
        kept = {"record": record, "answered_unix_ms": question.since_unix_ms}
        with self._store.transaction():
            if self._store.change(FORGET, {"of_visit": question.visit_id}):
                is_this = and_(VISITS.c.visit_id == question.visit_id, is_same)
                self._store.change(update(VISITS).where(is_this).values(**kept))
        self._journal.record(Event.ELIGIBILITY_ANSWERED, visit=question.visit_id, seq=question.seq)

    def _give_up(self, question: Postponed, why: str) -> None:
        # Told first: after a kill in between staff hear of it twice rather than never.
        stored = moment_of(question.received_unix_ms).isoformat(timespec="minutes")
        self._alarm(Alarm.ELIGIBILITY_GIVEN_UP, question, f"{why}; result stored {stored}")
        self._store.change(FORGET, {"of_visit": question.visit_id})

    def _tell_fault(self, question: Postponed, fault: str) -> None:
        if question.visit_id not in self._faulty:
            self._faulty.add(question.visit_id)
            self._alarm(Alarm.INTERNAL, question, fault)

    def _alarm(self, alarm: Alarm, question: Postponed, detail: str) -> None:
        self._journal.record(
            Event.ALARM, alarm=alarm, visit=question.visit_id, seq=question.seq, detail=detail
        )
