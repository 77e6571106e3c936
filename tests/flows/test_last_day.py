"""A card and its certificate that end on the same day, as reader and agent judge them in turn.

Source: docs/decisions/0042-the-last-day.md.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from agent import trust
from device.jobs import recognised
from device.reader.card_facts import CardFacts
from device.visit import events
from hostlink.messages import Moment
from hostlink.terms import CardKind, FailureCode, Notice, TimeSource
from tests.agent.test_trust import certificate

JAPAN = timezone(timedelta(hours=9))
LAST_DAY = date(2027, 5, 31)
MIDNIGHT = datetime(2027, 6, 1, tzinfo=JAPAN)
"""With it the last day is over."""
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
AT_MIDNIGHT = MIDNIGHT - SECOND
"""Last second of a certificate that ends with the day in Japan."""
AT_MIDNIGHT_UTC = datetime(2027, 5, 31, 23, 59, 59, tzinfo=UTC)
"""Of one that ends with the day of the same date in UTC, as our simulated ones do: 08:59:59 on the
next day in Japan."""
AT_ITS_BEGINNING = MIDNIGHT - DAY
"""Of one that ends with the first second of that day in Japan."""

Told = FailureCode | set[Notice]
CARD_SOON, SOON = Notice.CARD_EXPIRES_SOON, Notice.CERTIFICATE_EXPIRES_SOON
GRACE = Notice.CERTIFICATE_IN_GRACE
CARD_EXPIRED, EXPIRED = FailureCode.CARD_EXPIRED, FailureCode.CERTIFICATE_EXPIRED

CARDS: list[tuple[datetime, datetime, Told]] = [
    (AT_MIDNIGHT, MIDNIGHT - DAY, {CARD_SOON, SOON}),
    (AT_MIDNIGHT, MIDNIGHT - SECOND, {CARD_SOON, SOON}),
    (AT_MIDNIGHT, MIDNIGHT, CARD_EXPIRED),
    (AT_MIDNIGHT, MIDNIGHT + DAY, CARD_EXPIRED),
    (AT_MIDNIGHT_UTC, MIDNIGHT - SECOND, {CARD_SOON, SOON}),
    (AT_MIDNIGHT_UTC, MIDNIGHT, CARD_EXPIRED),
    (AT_ITS_BEGINNING, AT_ITS_BEGINNING, {CARD_SOON, SOON}),
    (AT_ITS_BEGINNING, AT_ITS_BEGINNING + SECOND, {CARD_SOON, GRACE}),
    (AT_ITS_BEGINNING, MIDNIGHT, CARD_EXPIRED),
]
"""Last second of the certificate, the moment of the visit, what the patient is told."""
PHONES: list[tuple[datetime, datetime, Told]] = [
    (AT_MIDNIGHT, MIDNIGHT - SECOND, {SOON}),
    (AT_MIDNIGHT, MIDNIGHT, EXPIRED),
    (AT_MIDNIGHT_UTC, AT_MIDNIGHT_UTC, {SOON}),
    (AT_MIDNIGHT_UTC, AT_MIDNIGHT_UTC + SECOND, EXPIRED),
]
"""The same of phones, which tell no day of their card."""


def told(kind: CardKind, expiry: date | None, last_second: datetime, now: datetime) -> Told:
    """The reader judges the card first; what it refuses never comes to the agent."""
    moment = Moment(int(now.timestamp() * 1000), 1, TimeSource.AGENT)
    facts = CardFacts(kind, True, True, 3, expiry, b"")
    equipment = recognised.Equipment(has_front=True, has_terminal=True)
    answer = recognised.recognised(1, facts, moment, equipment)
    if isinstance(answer, events.JobFailed):
        return answer.failure
    judgement = trust.judge_validity(certificate(last_second), kind, now)
    if isinstance(judgement, FailureCode):
        return judgement
    return {*answer.notices, *judgement}


def told_of_cards() -> list[Told]:
    return [told(CardKind.MY_NUMBER, LAST_DAY, ends, now) for ends, now, _ in CARDS]


RULE = [expected for _, _, expected in CARDS]


def test_a_card_is_good_through_its_last_day_in_japan_and_refused_from_midnight() -> None:
    assert told_of_cards() == RULE


@pytest.mark.parametrize(("ends", "now", "expected"), PHONES)
@pytest.mark.parametrize("kind", [CardKind.ANDROID, CardKind.IPHONE])
def test_a_phone_is_good_through_the_last_second_of_its_certificate(
    kind: CardKind, ends: datetime, now: datetime, expected: Told
) -> None:
    assert told(kind, None, ends, now) == expected


# --- negative controls ----------------------------------------------------------------------------


def is_over_on_its_last_day(expiry: date | None, now: Moment) -> bool:
    today = recognised.day_in_japan(now)
    return today is not None and expiry is not None and today >= expiry


def is_over_a_day_late(expiry: date | None, now: Moment) -> bool:
    today = recognised.day_in_japan(now)
    return today is not None and expiry is not None and today > expiry + DAY


@pytest.mark.parametrize("has_expired", [is_over_on_its_last_day, is_over_a_day_late])
def test_a_reader_that_is_a_day_off_is_caught(
    monkeypatch: pytest.MonkeyPatch, has_expired: Callable[[date | None, Moment], bool]
) -> None:
    monkeypatch.setattr(recognised, "has_expired", has_expired)
    assert told_of_cards() != RULE


def test_a_reader_that_goes_by_days_in_utc_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognised, "JAPAN", UTC)
    assert told_of_cards() != RULE


@pytest.mark.parametrize("off", [SECOND, -SECOND])
def test_an_agent_that_is_a_second_off_is_caught(off: timedelta) -> None:
    """As is one whose clock is."""
    of_phones = [told(CardKind.ANDROID, None, ends, now + off) for ends, now, _ in PHONES]
    assert of_phones != [expected for _, _, expected in PHONES]
