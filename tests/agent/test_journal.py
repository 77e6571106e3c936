"""One JSON line an event, appended, with nothing but the agreed fields."""

import inspect
import json
import os
import threading
from pathlib import Path

import pytest

from agent.config import ONLY_COUNTER
from agent.errors import JournalUnavailableError
from agent.journal import Alarm, AtCounter, Event, FileJournal
from hostlink.terms import FailureCode
from tests.agent.world import TODAY, VISIT_ID, ToldClock

ALLOWED = {"event", "visit", "seq", "failure", "alarm", "detail", "counter"}
NOT_TOLD_HERE = {"number", "before"}
"""Of the chain: `test_chained_log.py`."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log" / "journal.jsonl"


def lines(path: Path) -> list[dict[str, object]]:
    found = [json.loads(line) for line in path.read_text().splitlines()]
    return [{key: line[key] for key in line.keys() - NOT_TOLD_HERE} for line in found]


def test_an_event_is_one_line(path: Path) -> None:
    journal = FileJournal(path, ToldClock())
    journal.record(Event.RESULT_STORED, visit=VISIT_ID, seq=7)
    journal.record(Event.IDENTITY_REFUSED, failure=FailureCode.CERTIFICATE_EXPIRED)
    journal.record(Event.ALARM, alarm=Alarm.RESULT_GAP, detail="受付")
    unix_ms = round(TODAY.timestamp() * 1000)
    time = {"at_ms": float(unix_ms), "unix_ms": unix_ms}
    assert lines(path) == [
        {"event": "result_stored", **time, "visit": VISIT_ID.hex(), "seq": 7},
        {"event": "identity_refused", **time, "failure": "CERTIFICATE_EXPIRED"},
        {"event": "alarm", **time, "alarm": "result_gap", "detail": "受付"},
    ]


def test_an_older_journal_is_continued(path: Path) -> None:
    for _ in range(2):
        journal = FileJournal(path, ToldClock())
        journal.record(Event.STARTED)
        journal.close()
    assert len(lines(path)) == 2


def test_only_its_owner_can_read_it(path: Path) -> None:
    FileJournal(path, ToldClock())
    assert path.stat().st_mode & 0o077 == 0


def test_there_is_no_field_for_anything_personal() -> None:
    assert set(inspect.signature(FileJournal.record).parameters) - {"self"} == ALLOWED


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailableError):
        FileJournal(tmp_path, ToldClock())


def test_a_device_is_no_journal() -> None:
    with pytest.raises(JournalUnavailableError, match="no ordinary file"):
        FileJournal(Path("/dev/full"), ToldClock())


def test_what_happens_at_a_counter_says_so(path: Path) -> None:
    journal = FileJournal(path, ToldClock())
    AtCounter(journal, "1番窓口").record(Event.LINK_UP, seq=4)
    AtCounter(journal, ONLY_COUNTER).record(Event.LINK_UP, seq=5)
    assert [line.get("counter") for line in lines(path)] == ["1番窓口", None]


def test_it_is_synced_while_the_agent_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = threading.Event()
    monkeypatch.setattr("agent.journal.SYNC_EVERY_S", 0.001)
    monkeypatch.setattr(os, "fsync", lambda _: synced.set())
    journal = FileJournal(path, ToldClock())
    with journal.synced():
        journal.record(Event.STARTED)
        assert synced.wait(30)
