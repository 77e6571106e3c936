"""Questions that the eligibility source could not answer while the patient was there.

Where a clinic allows it, such a visit is completed without an answer: its holder is verified, asked
for no consent, and told that the insurance is looked up later. The question is then asked again
until it is answered, and the result is delivered with the answer as any other. Nothing is asked for
a visit that was not completed.

Source: facts/oqs.md §7.10.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from agent.clock import Clock, unix_ms
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery, EligibilitySource
from agent.errors import MalformedQualificationError
from agent.journal import Alarm, Event, Journal
from agent.qualification import record_to_json
from agent.store import Store
from hostlink.terms import FailureCode, VisitOutcome

IS_COMPLETED = f"""
    EXISTS (SELECT 1 FROM results JOIN visits USING (visit_id, nonce)
    WHERE results.visit_id = postponed.visit_id AND outcome = {VisitOutcome.COMPLETED:d})
"""  # noqa: S608 - made of a constant
FIND = f"""
    SELECT visit_id, certificate FROM postponed WHERE {IS_COMPLETED} ORDER BY since_unix_ms
"""  # noqa: S608 - made of the constant above
DROP_IDLE = f"""
    DELETE FROM postponed WHERE NOT {IS_COMPLETED} AND (
        since_unix_ms < :horizon
        OR EXISTS (SELECT 1 FROM results WHERE results.visit_id = postponed.visit_id))
"""  # noqa: S608 - made of the constant above
DROP_OLD = "DELETE FROM postponed WHERE since_unix_ms < :horizon RETURNING visit_id"


@dataclass(frozen=True, slots=True)
class Postponed:
    """A question that is to be asked again."""

    visit_id: bytes
    certificate: bytes = field(repr=False)
    """X.509 DER."""


@dataclass(frozen=True, slots=True)
class PostponedTerms:
    """What is the same for every question."""

    medical_institution_code: str
    """10 digits."""
    longest: timedelta
    """After this long a question is given up, and staff have to ask themselves."""


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

    def waiting(self) -> list[Postponed]:
        """What has to be asked now, oldest first; what nobody needs an answer to is dropped."""
        if not self._store.rows("SELECT 1 FROM postponed LIMIT 1"):
            return []
        values = {"horizon": unix_ms(self._clock.now() - self._terms.longest)}
        self._store.change(DROP_IDLE, values)
        with self._store.transaction():
            given_up = self._store.rows(DROP_OLD, values)
        for (visit_id,) in given_up:
            self._alarm(Alarm.ELIGIBILITY_GIVEN_UP, visit_id)
        return [Postponed(*row) for row in self._store.rows(FIND)]

    def ask(self, question: Postponed) -> bool:
        """Ask once more.

        Returns:
            False when the source still does not answer; what it cannot answer is given up.
        """
        query = EligibilityQuery(
            question.visit_id, self._terms.medical_institution_code, question.certificate
        )
        try:
            answer = self._source.ask(query)
        except MalformedQualificationError as error:
            self._give_up(question, f"malformed {error.field}")
            return True
        match answer:
            case EligibilityAnswer():
                self._keep(question, answer)
                self._journal.record(Event.ELIGIBILITY_ANSWERED, visit=question.visit_id)
                return True
            case FailureCode.ELIGIBILITY_NOT_FOUND:
                self._give_up(question, answer.name.lower())
                return True
            case _:
                return False

    def _keep(self, question: Postponed, answer: EligibilityAnswer) -> None:
        """From now on the delivery finds the result."""
        record = record_to_json(answer.record)
        with self._store.transaction():
            self._store.change(
                "UPDATE visits SET record = ?, answered_unix_ms = ? WHERE visit_id = ?",
                (record, unix_ms(self._clock.now()), question.visit_id),
            )
            self._forget(question)

    def _give_up(self, question: Postponed, why: str) -> None:
        self._forget(question)
        self._alarm(Alarm.ELIGIBILITY_GIVEN_UP, question.visit_id, why)

    def _forget(self, question: Postponed) -> None:
        self._store.change("DELETE FROM postponed WHERE visit_id = ?", (question.visit_id,))

    def _alarm(self, alarm: Alarm, visit_id: bytes, detail: str | None = None) -> None:
        self._journal.record(Event.ALARM, alarm=alarm, visit=visit_id, detail=detail)
