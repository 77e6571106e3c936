"""Takes in the signed results of one reader: verified, kept, and only then acknowledged.

What is kept is never refused any more. What does not fit to what the agent told the reader is an
alarm, and what it leads to is for those who deliver and for staff.
"""

from datetime import date
from functools import partial

from agent.clock import Clock, day_in_japan
from agent.desk_terms import DeskDoors, DeskTerms
from agent.inbox import Arrival, Inbox
from agent.journal import Alarm, Event, Journal
from agent.store import LARGEST_INTEGER
from agent.visits import OpenVisit, Visits
from hostlink.errors import InvalidResultError
from hostlink.messages import DeviceHello, ResultAcknowledged, SignedResult
from hostlink.signing import VerifiedResult, verify_result
from hostlink.terms import QUESTION_OF, ConsentAnswer, VisitOutcome


class ResultIntake:
    """Used by the thread of its desk."""

    def __init__(
        self,
        terms: DeskTerms,
        visits: Visits,
        inbox: Inbox,
        doors: DeskDoors,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._terms = terms
        self._visits = visits
        self._inbox = inbox
        self._doors = doors
        self._journal = journal
        self._clock = clock
        self.is_rolled_back = False
        """The reader's next result would bear a number that is taken, and never be delivered."""

    def reader_arrived(self, hello: DeviceHello) -> None:
        """A reader that would use a number again was rolled back or cloned."""
        self.is_rolled_back = hello.next_seq <= self._inbox.highest_seq(hello.ueid)
        if self.is_rolled_back:
            self._alarm(Alarm.READER_ROLLED_BACK, seq=hello.next_seq)

    def take(self, message: SignedResult) -> bytes | None:
        """Verify, store, and only then acknowledge; what cannot be verified stays unanswered.

        A result that contradicts one already kept is acknowledged too, once it lies aside:
        otherwise it would hold up the results of all later patients.

        Returns:
            Id of the visit that is over now, if it was not before.
        """
        result = self._verify(message)
        if result is None:
            return None
        visit_id = result.claims.record.visit_id
        self._journal.record(Event.RESULT_VERIFIED, visit=visit_id, seq=message.seq)
        visit = self._visits.find(visit_id)
        now = self._clock.now()
        receipt = self._inbox.keep(message.cose, result, now)
        if self.is_rolled_back:
            self.is_rolled_back = message.seq < self._inbox.highest_seq(result.claims.ueid)
        self._doors.once_kept(partial(self._acknowledge, visit_id, message.seq))
        is_new = receipt.arrival is Arrival.NEW
        doubts = self._alarms_of(result, visit, day_in_japan(now)) if is_new else ()
        for alarm in receipt.alarms + doubts:
            its_day = str(visit.day) if visit and alarm is Alarm.RESULT_LATE else None
            self._alarm(alarm, visit_id, message.seq, its_day)
        return visit_id if is_new else None

    def _acknowledge(self, visit_id: bytes, seq: int) -> None:
        self._journal.record(Event.RESULT_STORED, visit=visit_id, seq=seq)
        if self._doors.send(ResultAcknowledged(seq)):
            self._journal.record(Event.RESULT_ACKNOWLEDGED, visit=visit_id, seq=seq)
        self._doors.wake_delivery(visit_id)

    def _verify(self, message: SignedResult) -> VerifiedResult | None:
        """The result, if its signature is good and it is addressed to this agent."""
        try:
            result = verify_result(message.cose, self._terms.roots)
        except InvalidResultError as error:
            self._alarm(Alarm.RESULT_INVALID, seq=message.seq, detail=error.reason.value)
            return None
        claims = result.claims
        if claims.audience != self._terms.audience:
            self._alarm(Alarm.RESULT_INVALID, seq=message.seq, detail="audience")
            return None
        if claims.seq != message.seq or claims.seq > LARGEST_INTEGER:
            self._alarm(Alarm.RESULT_INVALID, seq=message.seq, detail="seq")
            return None
        return result

    def _alarms_of(
        self, result: VerifiedResult, visit: OpenVisit | None, today: date
    ) -> tuple[Alarm, ...]:
        doubts = _doubts(result, visit, today)
        if result.claims.record.emergency is self._terms.emergency:
            return doubts
        return (*doubts, Alarm.EMERGENCY_DIFFERS)

    def _alarm(
        self,
        alarm: Alarm,
        visit: bytes | None = None,
        seq: int | None = None,
        detail: str | None = None,
    ) -> None:
        self._journal.record(Event.ALARM, alarm=alarm, visit=visit, seq=seq, detail=detail)


def _doubts(result: VerifiedResult, visit: OpenVisit | None, today: date) -> tuple[Alarm, ...]:
    """What does not fit between a completed visit and what the agent had told the reader."""
    record = result.claims.record
    if record.outcome is not VisitOutcome.COMPLETED:
        return ()
    if visit is None or visit.options is None or visit.nonce != record.nonce:
        return (Alarm.RESULT_UNBOUND,)
    if visit.ueid not in (None, result.claims.ueid):
        return (Alarm.RESULT_UNBOUND,)
    given = {each.item for each in record.consents if each.answer is ConsentAnswer.GIVEN}
    decided = {QUESTION_OF[decision] for decision in record.decisions or ()}
    doubts = {
        Alarm.RESULT_LATE: visit.day not in (None, today),
        Alarm.CONSENT_NOT_OFFERED: not given <= set(visit.options.consents),
        Alarm.DECISION_NOT_ASKED: not decided <= set(visit.options.questions or ()),
        Alarm.METHOD_DIFFERS: record.method is not visit.method,
    }
    return tuple(alarm for alarm, is_so in doubts.items() if is_so)
