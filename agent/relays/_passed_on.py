"""What of a visit is passed on: answers to what the patient could be asked, and believable times.

Every relay takes them from here, so that none tells reception software more than another.
"""

from datetime import datetime

from agent.clock import moment_of, unix_ms
from agent.relays.port import Reception
from hostlink.messages import ConsentDecision, Moment
from hostlink.terms import QUESTION_OF, ConsentItem, Decision, TimeSource


def consents_passed_on(reception: Reception) -> dict[ConsentItem, ConsentDecision]:
    """The answer to each item that was offered and answered, in the order of the answers."""
    return {
        decision.item: decision
        for decision in reception.visit.consents
        if decision.item in reception.offered
    }


def decisions_passed_on(reception: Reception) -> tuple[Decision, ...]:
    """What the patient decided of what they could be asked."""
    return tuple(
        decision
        for decision in reception.visit.decisions or ()
        if QUESTION_OF[decision] in reception.questions
    )


def believable_time(moment: Moment, reception: Reception) -> datetime:
    """The reader's time where it was told one that can be, or else when its visit is counted."""
    is_later = moment.unix_ms > unix_ms(reception.received_at)
    if moment.source is TimeSource.NONE or is_later:
        return reception.counted_at
    return moment_of(moment.unix_ms)
