"""What the visit is told of a card that was recognised, its own last day included.

Days are Japan's, and count only while the reader knows which day it is.

Source: facts/card.md §3.5 (expiry); facts/oqs.md §7.6.
"""

import calendar
from datetime import UTC, date, datetime, timedelta, timezone

from device.reader.card_facts import CardFacts
from device.visit import events
from hostlink.messages import Moment
from hostlink.terms import FailureCode, Notice, TimeSource

JAPAN = timezone(timedelta(hours=9))
_WARNING_MONTHS = 3


def recognised(
    turn: int, facts: CardFacts, now: Moment, *, has_front: bool
) -> events.CardRecognised | events.JobFailed:
    """The card as the visit sees it; one whose last day is over verifies nobody.

    Args:
        turn: The turn in which it was asked what lies there.
        facts: What the card told.
        now: The reader's time; without a source no day is judged.
        has_front: This reader can look at the card's front.
    """
    today, expiry = _today(now), facts.expiry
    notices: tuple[Notice, ...] = ()
    if today is not None and expiry is not None:
        if today > expiry:
            return events.JobFailed(turn, FailureCode.CARD_EXPIRED)
        if today >= _months_before(expiry, _WARNING_MONTHS):
            notices = (Notice.CARD_EXPIRES_SOON,)
    return events.CardRecognised(
        turn,
        facts.kind,
        has_pin=facts.has_pin,
        has_face=facts.has_face_photo,
        pin_tries_left=facts.pin_tries_left,
        notices=notices,
        has_front=has_front,
    )


def _today(now: Moment) -> date | None:
    if now.source is TimeSource.NONE:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now.unix_ms)
    return moment.astimezone(JAPAN).date()


def _months_before(day: date, months: int) -> date:
    year, month0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    last_day = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last_day))
