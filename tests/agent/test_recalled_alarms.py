"""Alarms outlive the agent that raised them, until somebody has settled them."""

from datetime import timedelta
from pathlib import Path

import pytest

from agent.board import Board, OpenAlarm
from agent.journal import Alarm, Event, FileJournal, Journals
from agent.recalled_alarms import OLDER_DAYS, recall_alarms
from agent.registration import tell_unregistered
from tests.agent.world import VISIT_ID, ToldClock

DOOR = "1番窓口"


class Agents:
    """One agent after the other, with the same journal."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.jsonl"
        self.clock = ToldClock()
        self.journal: Journals
        self.board: Board
        self.unregistered: list[bytes]
        self.begin()

    def begin(self) -> list[OpenAlarm]:
        """A new agent; what it finds open."""
        self.board = Board((DOOR,), self.clock)
        self.unregistered = recall_alarms(self.board, self.path)
        self.journal = Journals(FileJournal(self.path, self.clock), self.board)
        return self.board.alarms()


@pytest.fixture
def agents(tmp_path: Path) -> Agents:
    return Agents(tmp_path)


def test_the_last_words_of_an_agent_are_the_first_of_the_next(agents: Agents) -> None:
    agents.journal.record(Event.ALARM, alarm=Alarm.STORE_UNAVAILABLE)
    agents.clock.time += timedelta(minutes=1)
    agents.journal.record(
        Event.ALARM, alarm=Alarm.RESULT_GAP, visit=VISIT_ID, seq=7, counter=DOOR, detail="x"
    )
    before = agents.board.alarms()
    assert agents.begin() == before
    assert [each.alarm for each in before] == [Alarm.RESULT_GAP, Alarm.STORE_UNAVAILABLE]


def test_what_was_settled_or_mended_stays_so(agents: Agents) -> None:
    agents.journal.record(Event.ALARM, alarm=Alarm.RESULT_GAP, seq=7, counter=DOOR)
    agents.journal.record(Event.ALARM, alarm=Alarm.RELAY_UNAVAILABLE, detail="oqs: EHOSTDOWN")
    agents.journal.record(Event.ALARM_SETTLED, alarm=Alarm.RESULT_GAP, seq=7, counter=DOOR)
    assert agents.begin() == []
    assert agents.board.shut_relays() == frozenset(), "the delivery has not tried it yet"


def test_a_weekend_is_looked_back_and_no_further(agents: Agents) -> None:
    agents.journal.record(Event.ALARM, alarm=Alarm.RESULT_GAP)
    for _ in range(OLDER_DAYS):
        agents.clock.time += timedelta(days=1)
        agents.journal.record(Event.STARTED)
        assert len(agents.begin()) == 1
    agents.clock.time += timedelta(days=1)
    agents.journal.record(Event.STARTED)
    assert agents.begin() == []


def test_a_damaged_or_later_line_stops_no_start(agents: Agents) -> None:
    agents.journal.record(Event.ALARM, alarm=Alarm.RESULT_GAP)
    with agents.path.open("ab") as file:
        file.write(b'{"event": "of a later agent", "unix_ms": 1}\nnot JSON\n\xff\n')
    recall_alarms(agents.board, agents.path)
    assert [each.alarm for each in agents.board.alarms()] == [Alarm.RESULT_GAP]


LOST, DONE, TOLD = (bytes([number]) * 16 for number in range(3))
BEGUN = (Event.NUMBER_REGISTERING, None)
TAKEN = (Event.NUMBER_REGISTERED, None)
FAILED = (Event.ALARM, Alarm.NUMBER_NOT_REGISTERED)
SETTLED = (Event.ALARM_SETTLED, Alarm.NUMBER_NOT_REGISTERED)


def test_a_number_that_a_kill_came_before_is_told_once(agents: Agents) -> None:
    for visit in (LOST, DONE, TOLD):
        agents.journal.record(Event.NUMBER_REGISTERING, visit=visit)
    agents.journal.record(Event.NUMBER_REGISTERED, visit=DONE)
    agents.journal.record(Event.ALARM, alarm=Alarm.NUMBER_NOT_REGISTERED, visit=TOLD)
    agents.begin()
    assert agents.unregistered == [LOST]
    tell_unregistered(agents.unregistered, agents.journal)
    assert {each.visit for each in agents.begin()} == {LOST, TOLD}
    assert agents.unregistered == []


@pytest.mark.parametrize(
    ("story", "times"),
    [
        ([BEGUN, BEGUN, TAKEN], 1),
        ([BEGUN, FAILED, BEGUN, SETTLED], 1),
        ([BEGUN, FAILED, SETTLED, BEGUN, TAKEN], 0),
        ([BEGUN, BEGUN], 2),
        ([FAILED, BEGUN], 1),
    ],
    ids=["corrected", "chosen again", "chosen again and taken", "two that wait", "no number once"],
)
def test_numbers_are_registered_one_after_the_other(
    agents: Agents, story: list[tuple[Event, Alarm | None]], times: int
) -> None:
    for event, alarm in story:
        agents.journal.record(event, visit=LOST, alarm=alarm)
    agents.begin()
    assert agents.unregistered == [LOST] * times
    tell_unregistered(agents.unregistered, agents.journal)
    agents.begin()
    assert agents.unregistered == []
