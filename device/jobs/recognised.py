"""What the visit is told of a card that was recognised, its own last day included.

Days are Japan's, and count only while the reader knows which day it is.

That a card is refused from the day after its own last day is this project's reading: the months
of grace in facts/oqs.md §7.6 are the certificate's, and none is told for the card itself.

Source: facts/card.md §3.5 (expiry); facts/oqs.md §7.6.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from device.reader.card_facts import CardFacts
from device.visit import events
from hostlink.messages import Moment
from hostlink.terms import CardKind, FailureCode, Notice, TimeSource

JAPAN = timezone(timedelta(hours=9))
_WARNING_MONTHS = 3
_WITH_A_FACE = frozenset({CardKind.MY_NUMBER, CardKind.FACE_ONLY})


@dataclass(frozen=True, slots=True)
class Equipment:
    """What this reader has for cards that are verified by face."""

    has_front: bool
    """It can look at a card's front."""
    has_terminal: bool
    """Cards may trust it in place of a PIN; without that a face that matches opens nothing."""


def recognised(
    turn: int, facts: CardFacts, now: Moment, equipment: Equipment
) -> events.CardRecognised | events.JobFailed:
    """The card as the visit sees it; one whose last day is over verifies nobody.

    Args:
        turn: The turn in which it was asked what lies there.
        facts: What the card told.
        now: The reader's time; without a source no day is judged.
        equipment: What this reader can do with the card.
    """
    if has_expired(facts.expiry, now):
        return events.JobFailed(turn, FailureCode.CARD_EXPIRED)
    return events.CardRecognised(
        turn,
        facts.kind,
        has_pin=facts.has_pin,
        has_face=facts.has_face_photo and equipment.has_terminal,
        pin_tries_left=facts.pin_tries_left,
        notices=_notices(facts.expiry, now),
        has_front=equipment.has_front,
        has_terminal=equipment.has_terminal and facts.kind in _WITH_A_FACE,
    )


def has_expired(expiry: date | None, now: Moment) -> bool:
    """Whether a card's last day is over, as far as card and clock tell.

    Args:
        expiry: The last day, as the chip tells it; None judges nothing.
        now: The reader's time; without a source no day is judged.
    """
    today = day_in_japan(now)
    return today is not None and expiry is not None and today > expiry


def _notices(expiry: date | None, now: Moment) -> tuple[Notice, ...]:
    today = day_in_japan(now)
    if today is None or expiry is None or today < _months_before(expiry, _WARNING_MONTHS):
        return ()
    return (Notice.CARD_EXPIRES_SOON,)


def day_in_japan(now: Moment) -> date | None:
    """The day of a moment; None where the reader was never told the time."""
    if now.source is TimeSource.NONE:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now.unix_ms)
    return moment.astimezone(JAPAN).date()


def _months_before(day: date, months: int) -> date:
    year, month0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    last_day = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last_day))
