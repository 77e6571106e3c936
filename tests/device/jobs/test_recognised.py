"""A card's last day is a day in Japan, and counts only while somebody told the reader the time."""

from datetime import date, datetime, timedelta, timezone

import pytest

from device.jobs.recognised import Equipment, has_expired, recognised
from device.reader.card_facts import CardFacts
from device.visit import events
from hostlink.messages import Moment
from hostlink.terms import CardKind, FailureCode, Notice, TimeSource

TURN = 4
JAPAN = timezone(timedelta(hours=9))
LAST_DAY = date(2027, 5, 31)
SOON = (Notice.CARD_EXPIRES_SOON,)


def card(expiry: date | None) -> CardFacts:
    return CardFacts(CardKind.MY_NUMBER, True, True, 3, expiry, b"")


def at(*moment: int, source: TimeSource = TimeSource.AGENT) -> Moment:
    now = datetime(*moment, tzinfo=JAPAN)  # type: ignore[arg-type, misc]  # a date and a time
    return Moment(int(now.timestamp() * 1000), 1, source)


def told(now: Moment, expiry: date | None = LAST_DAY) -> events.Event:
    return recognised(TURN, card(expiry), now, Equipment(has_front=True, has_terminal=True))


def good(notices: tuple[Notice, ...]) -> events.CardRecognised:
    return events.CardRecognised(
        TURN, CardKind.MY_NUMBER, True, True, 3, notices, has_front=True, has_terminal=True
    )


@pytest.mark.parametrize(
    ("now", "notices"),
    [
        (at(2026, 1, 1), ()),
        (at(2027, 2, 27, 23, 59, 59), ()),
        (at(2027, 2, 28), SOON),
        (at(2027, 5, 31, 0, 0, 0), SOON),
        (at(2027, 5, 31, 23, 59, 59), SOON),
    ],
)
def test_up_to_its_last_day_a_card_is_good(now: Moment, notices: tuple[Notice, ...]) -> None:
    assert told(now) == good(notices)


@pytest.mark.parametrize("now", [at(2027, 6, 1), at(2027, 6, 1, 8, 59), at(2035, 1, 1)])
def test_after_it_the_card_has_expired(now: Moment) -> None:
    assert told(now) == events.JobFailed(TURN, FailureCode.CARD_EXPIRED)


@pytest.mark.parametrize("now", [at(1970, 1, 2), at(2027, 5, 1), at(2099, 1, 1)])
def test_an_untold_clock_judges_nothing(now: Moment) -> None:
    untold = Moment(now.unix_ms, 10**9, TimeSource.NONE)
    assert told(untold) == good(())


def test_a_date_that_was_not_told_judges_nothing() -> None:
    assert told(at(2099, 1, 1), expiry=None) == good(())


@pytest.mark.parametrize("has_front", [True, False])
def test_the_visit_hears_whether_the_front_can_be_seen(has_front: bool) -> None:
    facts = CardFacts(CardKind.FACE_ONLY, False, True, None, None, b"token")
    answer = recognised(TURN, facts, at(2027, 1, 1), Equipment(has_front, has_terminal=True))
    assert answer == events.CardRecognised(
        TURN, CardKind.FACE_ONLY, False, True, None, (), has_front, has_terminal=True
    )


def test_without_a_terminal_no_face_is_offered() -> None:
    answer = recognised(TURN, card(None), at(2027, 1, 1), Equipment(True, has_terminal=False))
    assert isinstance(answer, events.CardRecognised)
    assert (answer.has_pin, answer.has_face, answer.has_terminal) == (True, False, False)


@pytest.mark.parametrize("kind", [CardKind.ANDROID, CardKind.IPHONE])
def test_a_phone_has_no_face_for_staff_to_compare(kind: CardKind) -> None:
    facts = CardFacts(kind, True, False, 3, None, b"")
    answer = recognised(TURN, facts, at(2027, 1, 1), Equipment(True, has_terminal=True))
    assert isinstance(answer, events.CardRecognised)
    assert not answer.has_terminal


def test_an_expired_card_is_told_from_one_of_which_nothing_is_known() -> None:
    late = at(2027, 6, 1)
    assert has_expired(LAST_DAY, late)
    assert not has_expired(None, late)
    assert not has_expired(LAST_DAY, Moment(late.unix_ms, 1, TimeSource.NONE))
