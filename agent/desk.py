"""What the agent does with each message of the reader: no thread, no queue, no waiting.

A question to the eligibility source is only started here, once the proof of identity that it is
asked for is on the disk; its answer comes back through `eligibility_answered`, and counts only for
that proof.

A proof for which no challenge is open is answered with a fresh challenge, and a proof of a
challenge that was replaced meanwhile with the one that counts now: the card still lies there
and simply signs again. The very same proof sent twice is answered the same way twice.
"""

import hashlib
from functools import partial
from typing import assert_never

from cryptography import x509

from agent.clock import Clock, day_in_japan
from agent.desk_terms import DeskDoors, DeskTerms, Question
from agent.eligibility.port import CardProof, EligibilityAnswer, EligibilityQuery
from agent.errors import OtherReadersVisitError
from agent.inbox import Inbox
from agent.journal import Event, Journal
from agent.qualification import EligibilityRecord
from agent.result_intake import ResultIntake
from agent.trust import ProvenIdentity, is_verified_by, judge_validity
from agent.visits import OpenVisit, Visits
from hostlink.messages import (
    DeviceHello,
    IdentityProven,
    Message,
    SignedResult,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
    VisitProgressed,
    VisitRefused,
)
from hostlink.terms import CardKind, FailureCode, Notice


class Desk:
    """The agent's side of the conversation with one reader; used by one thread."""

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
        self._intake = ResultIntake(terms, visits, inbox, doors, journal, clock)
        self._reader: bytes | None = None
        """UEID of the reader on the link."""
        self._asking: dict[bytes, bytes] = {}
        """Visit → proof for which an answer of the eligibility source is awaited."""

    def reader_arrived(self, hello: DeviceHello) -> None:
        """The link is up; visits that are opened from now on are this reader's."""
        self._reader = hello.ueid
        self._journal.record(Event.LINK_UP, seq=hello.next_seq)
        self._intake.reader_arrived(hello)

    def visit_opened(self, message: VisitOpened) -> None:
        """Answer with a challenge; a visit opened again gets a new one and keeps its nonce."""
        self._journal.record(Event.VISIT_OPENED, visit=message.visit_id)
        self._challenge(message.visit_id, message.card_kind)

    def visit_progressed(self, message: VisitProgressed) -> None:
        """Write down where the patient is, also of a visit that nothing else is known of."""
        step = message.step.name.lower()
        self._journal.record(Event.VISIT_PROGRESSED, visit=message.visit_id, detail=step)

    def identity_proven(self, message: IdentityProven) -> None:
        """Check the proof, then ask who this is; or repeat what was answered before."""
        self._journal.record(Event.IDENTITY_RECEIVED, visit=message.visit_id)
        if self._intake.is_rolled_back:
            self._refuse(message.visit_id, FailureCode.STORAGE_UNAVAILABLE)
            return
        if self._inbox.has_result_of(message.visit_id):
            # It is over, and another card must not take its place.
            self._refuse(message.visit_id, FailureCode.INTERNAL)
            return
        visit = self._visits.find(message.visit_id)
        if visit is not None and visit.ueid not in (None, self._reader):
            self._refuse(message.visit_id, FailureCode.INTERNAL)
            return
        identity = hashlib.sha256(message.certificate + message.challenge_signature).digest()
        if visit is not None and visit.identity == identity:
            self._answer_again(visit, message, identity)
        elif visit is None or visit.challenge is None:
            self._challenge(message.visit_id, None)
        else:
            self._judge(visit, visit.challenge, message, identity)

    def eligibility_answered(
        self,
        question: Question,
        answer: EligibilityAnswer | FailureCode,
        *,
        is_fault: bool = False,
        why: str | None = None,
    ) -> None:
        """Tell the reader what to ask the patient; an answer nobody waits for is dropped.

        Args:
            question: What was asked.
            answer: Of the source.
            is_fault: It answered wrongly, or a fault of ours hid it: asking later is no help.
            why: It could not be reached, in a few words.
        """
        visit_id = question.query.visit_id
        if self._asking.get(visit_id) != question.identity:
            return
        del self._asking[visit_id]
        match answer:
            case FailureCode.ELIGIBILITY_UNREACHABLE if self._terms.may_ask_later and not is_fault:
                self._journal.record(Event.ELIGIBILITY_POSTPONED, visit=visit_id, detail=why)
                options = _options_without_answer(question)
                self._visits.postpone(question.query.certificate, options, self._clock.now())
                self._send_options(options)
            case FailureCode():
                self._journal.record(
                    Event.ELIGIBILITY_FAILED, visit=visit_id, failure=answer, detail=why
                )
                self._say(VisitRefused(visit_id, answer))
            case EligibilityAnswer():
                self._journal.record(Event.ELIGIBILITY_ANSWERED, visit=visit_id)
                options = _options(question, answer)
                self._visits.answer(answer.record, options, self._clock.now())
                self._send_options(options)
            case _:
                assert_never(answer)

    def result_arrived(self, message: SignedResult) -> None:
        """Take it in; whoever it is about is asked for no more."""
        over = self._intake.take(message)
        if over is not None:
            self._asking.pop(over, None)

    def _challenge(self, visit_id: bytes, card_kind: CardKind | None) -> None:
        now = self._clock.now()
        try:
            self._say(self._visits.challenge(visit_id, card_kind, now, self._reader))
        except OtherReadersVisitError:
            # It is told nothing of that visit, not even its nonce.
            self._refuse(visit_id, FailureCode.INTERNAL)

    def _judge(
        self, visit: OpenVisit, challenge: bytes, message: IdentityProven, identity: bytes
    ) -> None:
        judgement = self._judge_against(challenge, visit, message)
        match judgement:
            case FailureCode() if self._answers_replaced_challenge(visit, message):
                self._say(VisitChallenge(visit.visit_id, visit.nonce, challenge))
            case FailureCode():
                self._refuse(visit.visit_id, judgement)
            case ProvenIdentity():
                certificate = hashlib.sha256(message.certificate).digest()
                if visit.options is not None and visit.certificate == certificate:
                    self._send_options(visit.options)
                else:
                    self._ask(message, identity, judgement.notices, challenge)
                self._visits.accept(
                    visit.visit_id, identity, certificate, message.method, judgement.ends
                )
            case _:
                assert_never(judgement)

    def _answers_replaced_challenge(self, visit: OpenVisit, message: IdentityProven) -> bool:
        """The card did nothing wrong: the new challenge crossed its proof on the way."""
        replaced = visit.replaced_challenge
        return replaced is not None and isinstance(
            self._judge_against(replaced, visit, message), ProvenIdentity
        )

    def _judge_against(
        self, challenge: bytes, visit: OpenVisit, message: IdentityProven
    ) -> ProvenIdentity | FailureCode:
        if not is_verified_by(visit.card_kind, message.method):
            return FailureCode.CARD_NOT_ACCEPTED
        return self._terms.cards.judge(
            message.certificate,
            challenge,
            message.challenge_signature,
            visit.card_kind,
            self._clock.now(),
        )

    def _answer_again(self, visit: OpenVisit, message: IdentityProven, identity: bytes) -> None:
        if visit.options is not None:
            self._send_options(visit.options)
        elif visit.visit_id not in self._asking:
            notices = judge_validity(
                x509.load_der_x509_certificate(message.certificate),
                visit.card_kind,
                self._clock.now(),
            )
            if isinstance(notices, tuple):
                self._ask(message, identity, notices)
            else:
                self._say(VisitRefused(visit.visit_id, notices))

    def _refuse(self, visit_id: bytes, failure: FailureCode) -> None:
        self._journal.record(Event.IDENTITY_REFUSED, visit=visit_id, failure=failure)
        self._say(VisitRefused(visit_id, failure))

    def _ask(
        self,
        message: IdentityProven,
        identity: bytes,
        notices: tuple[Notice, ...],
        challenge: bytes | None = None,
    ) -> None:
        signature = message.challenge_signature
        query = EligibilityQuery(
            visit_id=message.visit_id,
            medical_institution_code=self._terms.medical_institution_code,
            certificate=message.certificate,
            on=day_in_japan(self._clock.now()),
            # A proof that came again after a restart is known by its digest, its challenge is gone.
            proof=CardProof(message.method, challenge, signature) if challenge else None,
            since_ms=self._clock.monotonic_ms(),
        )
        self._doors.once_kept(partial(self._put, Question(query, identity, notices)))

    def _put(self, question: Question) -> None:
        """Ask, now that the proof which it is asked for is on the disk."""
        visit_id = question.query.visit_id
        is_asked = self._asking.get(visit_id) == question.identity
        # Its result may have come together with the proof.
        if is_asked or self._inbox.has_result_of(visit_id):
            return
        self._asking[visit_id] = question.identity
        self._doors.ask(question)

    def _send_options(self, options: VisitOptions) -> None:
        self._say(options, Event.OPTIONS_SENT, options.visit_id)

    def _say(
        self, message: Message, event: Event | None = None, visit: bytes | None = None
    ) -> None:
        """Answer, once all that the answer rests on is on the disk."""
        self._doors.once_kept(partial(self._send, message, event, visit))

    def _send(self, message: Message, event: Event | None, visit: bytes | None) -> None:
        if self._doors.send(message) and event is not None:
            self._journal.record(event, visit=visit)


def _birthdate(record: EligibilityRecord | None) -> str | None:
    """Where it is a day of the calendar: of some people only the year is known."""
    return record.person.birthdate if record and record.person.born else None


def _options(question: Question, answer: EligibilityAnswer) -> VisitOptions:
    """What to ask this patient; within the months of grace no medical information at all."""
    is_in_grace = Notice.CERTIFICATE_IN_GRACE in question.notices
    return VisitOptions(
        visit_id=question.query.visit_id,
        patient_name=answer.record.person.name if answer.record else "",
        is_registered=answer.is_registered,
        consents=() if is_in_grace else answer.consents,
        notices=question.notices,
        questions=answer.questions or None,
        birthdate=_birthdate(answer.record),
    )


def _options_without_answer(question: Question) -> VisitOptions:
    """Nothing is known of this patient but the card: ask for nothing."""
    return VisitOptions(
        visit_id=question.query.visit_id,
        patient_name="",
        is_registered=True,
        consents=(),
        notices=(*question.notices, Notice.ELIGIBILITY_LATER),
    )
