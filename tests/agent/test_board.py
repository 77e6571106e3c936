"""The board shows what the journal's events say, and forgets when it should."""

from datetime import timedelta

import pytest

from agent.board import MOST_ALARMS, Board
from agent.journal import Alarm, Event
from hostlink.terms import FailureCode
from tests.agent.world import TODAY, VISIT_ID, ToldClock

DOOR = "1番窓口"
OTHER_VISIT = bytes(16)


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock()


@pytest.fixture
def board(clock: ToldClock) -> Board:
    return Board((DOOR, "2番窓口"), clock)


def step_at(board: Board, counter: str = DOOR) -> str | None:
    visit = board.places()[counter].visit
    return None if visit is None else visit.step


def test_a_patient_is_followed_from_the_card_to_the_card(board: Board, clock: ToldClock) -> None:
    steps = []
    for event, detail in (
        (Event.VISIT_OPENED, None),
        (Event.VISIT_PROGRESSED, "face"),
        (Event.IDENTITY_RECEIVED, None),
        (Event.OPTIONS_SENT, None),
        (Event.VISIT_PROGRESSED, "answering"),
        (Event.RESULT_STORED, None),
        (Event.VISIT_PROGRESSED, "left"),
    ):
        clock.time += timedelta(seconds=1)
        board.record(event, visit=VISIT_ID, detail=detail, counter=DOOR)
        steps.append(step_at(board))
    before = ["card_read", "face", "eligibility", "eligibility"]
    assert steps == [*before, "answering", "card_to_be_taken", None]
    assert step_at(board, "2番窓口") is None


def test_waiting_time_runs_from_the_card_and_the_step(board: Board, clock: ToldClock) -> None:
    board.record(Event.VISIT_OPENED, visit=VISIT_ID, counter=DOOR)
    clock.time += timedelta(seconds=5)
    for _ in range(2):
        board.record(Event.VISIT_PROGRESSED, visit=VISIT_ID, detail="pin", counter=DOOR)
        clock.time += timedelta(seconds=2)
    visit = board.places()[DOOR].visit
    assert visit is not None
    assert visit.step_unix_ms - visit.opened_unix_ms == 5_000


def test_a_visit_opened_again_goes_on_where_it_was(board: Board) -> None:
    board.record(Event.VISIT_OPENED, visit=VISIT_ID, counter=DOOR)
    board.record(Event.VISIT_PROGRESSED, visit=VISIT_ID, detail="face", counter=DOOR)
    board.record(Event.VISIT_OPENED, visit=VISIT_ID, counter=DOOR)
    assert step_at(board) == "face"


def test_a_result_brings_nobody_back(board: Board) -> None:
    board.record(Event.RESULT_STORED, visit=OTHER_VISIT, counter=DOOR)
    assert step_at(board) is None


def test_nobody_is_at_a_reader_that_is_away(board: Board, clock: ToldClock) -> None:
    board.record(Event.LINK_UP, counter=DOOR)
    board.record(Event.VISIT_OPENED, visit=VISIT_ID, counter=DOOR)
    clock.time += timedelta(seconds=9)
    board.record(Event.LINK_DOWN, counter=DOOR)
    place = board.places()[DOOR]
    assert (place.is_linked, place.visit) == (False, None)
    assert place.since_unix_ms == (TODAY + timedelta(seconds=9)).timestamp() * 1000


def test_the_same_alarm_is_counted_and_settled(board: Board) -> None:
    for visit in (VISIT_ID, OTHER_VISIT):
        board.record(Event.ALARM, alarm=Alarm.INTERNAL, visit=visit, counter=DOOR, detail="x")
    (alarm,) = board.alarms()
    assert (alarm.times, alarm.visit) == (2, OTHER_VISIT)
    assert board.open_alarm(alarm.number) == alarm
    board.record(Event.ALARM_SETTLED, alarm=alarm.alarm, counter=DOOR, detail="x")
    assert board.open_alarm(alarm.number) is None
    assert board.alarms() == []


def test_what_is_wrong_with_two_patients_is_two_alarms(board: Board) -> None:
    """One press must not settle both: each has to be seen to."""
    for seq, visit in enumerate((VISIT_ID, OTHER_VISIT)):
        board.record(
            Event.ALARM, alarm=Alarm.CHARACTER_REPLACED, visit=visit, seq=seq, detail="oqs: name"
        )
    newest, oldest = board.alarms()
    board.record(
        Event.ALARM_SETTLED,
        alarm=newest.alarm,
        visit=newest.visit,
        seq=newest.seq,
        detail=newest.detail,
    )
    assert board.alarms() == [oldest]


def test_a_reader_that_tells_no_steps_has_nobody_after_the_result(board: Board) -> None:
    """It would never tell that they have left."""
    for event in (Event.VISIT_OPENED, Event.IDENTITY_RECEIVED, Event.RESULT_STORED):
        board.record(event, visit=VISIT_ID, counter=DOOR)
    assert step_at(board) is None


def test_a_relay_that_is_back_takes_its_own_alarm_down(board: Board) -> None:
    for detail in ("oqs: EHOSTDOWN", "oqs2: EHOSTDOWN"):
        board.record(Event.ALARM, alarm=Alarm.RELAY_UNAVAILABLE, detail=detail)
    assert board.shut_relays() == {"oqs", "oqs2"}
    board.record(Event.RELAY_BACK, detail="oqs")
    assert board.shut_relays() == {"oqs2"}
    assert board.open_relays() == {"oqs"}
    assert [each.detail for each in board.alarms()] == ["oqs2: EHOSTDOWN"]


def test_the_newest_alarms_stay(board: Board) -> None:
    for number in range(MOST_ALARMS + 1):
        board.record(Event.ALARM, alarm=Alarm.INTERNAL, detail=str(number))
    assert len(board.alarms()) == MOST_ALARMS
    assert "0" not in {each.detail for each in board.alarms()}


def test_what_concerns_a_name_hides_no_other_alarm(board: Board) -> None:
    board.record(Event.ALARM, alarm=Alarm.READER_ROLLED_BACK, seq=3)
    for seq in range(MOST_ALARMS):
        alarm = Alarm.ENCODING_CHANGED if seq % 2 else Alarm.CHARACTER_REPLACED
        board.record(Event.ALARM, alarm=alarm, visit=VISIT_ID, seq=seq, detail="oqs")
    first, *others = board.alarms()
    assert first.alarm is Alarm.READER_ROLLED_BACK
    assert len(others) == MOST_ALARMS - 1
    assert 0 not in {each.seq for each in others}, "of its kind the oldest goes"


def test_it_is_known_since_when_eligibility_is_away(board: Board, clock: ToldClock) -> None:
    unreachable = FailureCode.ELIGIBILITY_UNREACHABLE
    assert not board.is_eligibility_known()
    board.record(Event.ELIGIBILITY_FAILED, failure=unreachable, detail="ECONNREFUSED")
    first = board.eligibility_away_since()
    assert board.eligibility_away_why() == "ECONNREFUSED"
    clock.time += timedelta(minutes=1)
    board.record(Event.ELIGIBILITY_POSTPONED, detail="HTTP 401")
    assert board.eligibility_away_since() == first == TODAY.timestamp() * 1000
    assert board.eligibility_away_why() == "HTTP 401"
    board.record(Event.ELIGIBILITY_FAILED, failure=FailureCode.ELIGIBILITY_NOT_FOUND)
    assert board.eligibility_away_since() is None
    assert board.eligibility_away_why() is None
    assert board.is_eligibility_known()


@pytest.mark.parametrize("event", [Event.ELIGIBILITY_ANSWERED, Event.ELIGIBILITY_POSTPONED])
def test_nothing_is_known_before_it_was_tried(board: Board, event: Event) -> None:
    board.record(Event.VISIT_OPENED, visit=VISIT_ID, counter=DOOR)
    board.record(Event.IDENTITY_RECEIVED, visit=VISIT_ID, counter=DOOR)
    # What the journal recalls was before.
    board.see_alarm(Event.RELAY_BACK, 0, None, "oqs", "", None, None)
    assert board.open_relays() == frozenset()
    assert not board.is_eligibility_known()
    board.record(event, visit=VISIT_ID)
    assert board.is_eligibility_known()


def test_whoever_listens_is_told_after_the_event(board: Board) -> None:
    heard: list[str | None] = []
    board.listen(lambda: heard.append(step_at(board)))
    board.record(Event.VISIT_OPENED, visit=VISIT_ID, counter=DOOR)
    assert heard == ["card_read"]
