"""The chain goes on over days, starts, programs, torn ends and full disks, and deletes nothing
that it should keep.
"""

import json
import os
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from agent.chain_check import check_chain, files_of
from agent.chained_log import ChainedLog, days_of
from tests.agent.world import TODAY, ToldClock

DAY = timedelta(days=1)
WRITE = os.write
READ = Path.read_bytes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log" / "agent-journal.jsonl"


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock()


def write(log: ChainedLog, *events: str) -> None:
    for event in events:
        log.append(event, {})


def all_lines(path: Path) -> list[bytes]:
    return [line for _, content in files_of(path) for line in content.splitlines()]


def events(path: Path) -> list[str]:
    return [json.loads(line)["event"] for line in all_lines(path)]


def faults(path: Path) -> list[str]:
    return check_chain(files_of(path)).faults


def test_each_line_names_the_one_before_over_starts_and_days(path: Path, clock: ToldClock) -> None:
    for _ in range(3):
        log = ChainedLog(path, clock)
        write(log, "a", "b")
        log.close()
        clock.time += DAY
    lines, before = all_lines(path), "0" * 64
    for number, line in enumerate(lines, 1):
        told = json.loads(line)
        assert (told["number"], told["before"]) == (number, before)
        before = sha256(line).hexdigest()
    assert [each.path.name for each in days_of(path)] == [
        "agent-journal.2026-11-22.00000001.jsonl",
        "agent-journal.2026-11-23.00000003.jsonl",
    ]
    assert len(path.read_text().splitlines()) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_day_begins_at_midnight_in_japan(path: Path, clock: ToldClock) -> None:
    log = ChainedLog(path, clock)
    clock.time = TODAY.replace(hour=14, minute=59)
    write(log, "before midnight")
    clock.time = TODAY.replace(hour=15)
    write(log, "after")
    assert "after" in path.read_text()
    assert "before" not in path.read_text().replace('"before"', "")


def test_two_programs_write_one_chain(path: Path, clock: ToldClock) -> None:
    one, other = ChainedLog(path, clock), ChainedLog(path, clock)
    for _ in range(3):
        write(one, "a")
        write(other, "b")
        clock.time += DAY
    assert events(path) == ["a", "b"] * 3
    assert faults(path) == []


def test_the_day_before_is_read_only_where_today_has_no_line_yet(
    path: Path, clock: ToldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy day is long, and another program's line is waited for."""
    one, other = ChainedLog(path, clock), ChainedLog(path, clock)
    write(one, "a")
    clock.time += DAY
    write(one, "b")
    read: list[Path] = []

    def read_and_tell(path: Path) -> bytes:
        read.append(path)
        return READ(path)

    monkeypatch.setattr(Path, "read_bytes", read_and_tell)
    write(other, "c")
    assert read == [path]
    path.write_bytes(b"")
    write(ChainedLog(path, clock), "d")
    assert read[1:] == [path, days_of(path)[0].path], "negative control: it has to be read"


def test_without_looking_at_the_other_program_the_chain_breaks(
    path: Path, clock: ToldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    one, other = ChainedLog(path, clock), ChainedLog(path, clock)
    monkeypatch.setattr(ChainedLog, "_look", lambda _: None)
    write(one, "a")
    write(other, "b")
    assert faults(path)


def test_a_line_torn_anywhere_is_cut_off_and_told(path: Path, clock: ToldClock) -> None:
    log = ChainedLog(path, clock)
    write(log, "a", "b", "torn")
    whole = path.read_bytes()
    start = whole[:-1].rfind(b"\n") + 1
    for end in range(start + 1, len(whole)):
        for rest in (b"", bytes(70_000 if end == start + 1 else 20)):
            path.write_bytes(whole[:end] + rest)
            write(ChainedLog(path, clock), "c")
            assert events(path) == ["a", "b", "journal_torn", "c"]
            checked = check_chain(files_of(path))
            assert checked.faults == []
            assert f"({end - start + len(rest)} bytes)" in "".join(checked.remarks)


def test_a_start_that_does_not_heal_is_found_out(path: Path, clock: ToldClock) -> None:
    """Negative control: the next line behind the torn one."""
    log = ChainedLog(path, clock)
    write(log, "a", "torn")
    with path.open("rb+") as file:
        file.truncate(path.stat().st_size - 5)
    with path.open("ab") as file:
        file.write(b'{"number":2,"event":"b","unix_ms":0,"before":""}\n')
    assert faults(path)


def test_a_full_disk_costs_lines_and_the_chain_tells(
    path: Path, clock: ToldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = ChainedLog(path, clock)
    write(log, "a")
    for is_full in (half_a_line, no_byte):
        monkeypatch.setattr(os, "write", is_full)
        write(log, "lost", "lost")
        monkeypatch.setattr(os, "write", WRITE)
        write(log, "b")
    assert events(path) == ["a", "journal_lost", "b", "journal_lost", "b"]
    checked = check_chain(files_of(path))
    assert checked.faults == []
    assert checked.remarks.count("before number 2 the disk did not take 2 lines") == 1


def half_a_line(file: int, data: bytes) -> int:
    return WRITE(file, data[: len(data) // 2])


def no_byte(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_a_program_that_stopped_with_the_lock_costs_lines_only(
    path: Path, clock: ToldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.file_lock.PATIENCE_S", 0.0)
    log, stopped = ChainedLog(path, clock), ChainedLog(path, clock)
    with stopped._lock:
        write(log, "lost")
    write(log, "a")
    assert events(path) == ["journal_lost", "a"]


@pytest.mark.parametrize("take_away", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_what_is_taken_away_while_it_runs_leaves_a_hole(
    path: Path, clock: ToldClock, take_away: Callable[[Path], None]
) -> None:
    log = ChainedLog(path, clock)
    write(log, "a")
    clock.time += DAY
    write(log, "b", "c")
    take_away(path)
    write(log, "d")
    (fault,) = faults(path)
    assert "numbers 2 to 3 are missing" in fault


def test_old_days_are_deleted_whole_and_the_chain_says_so(path: Path, clock: ToldClock) -> None:
    for _ in range(5):
        write(ChainedLog(path, clock, keep_days=2), "a", "b")
        clock.time += DAY
    assert [each.day for each in days_of(path)] == ["2026-11-24", "2026-11-25"]
    checked = check_chain(files_of(path))
    assert checked.faults == []
    assert "were deleted: their time was over" in checked.remarks[-1]


def test_a_deletion_that_was_interrupted_explains_itself(
    path: Path, clock: ToldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the line is written and before any file is gone, and between two files."""
    for _ in range(5):
        write(ChainedLog(path, clock), "a")
        clock.time += DAY
    unlinked: list[Path] = []
    monkeypatch.setattr(Path, "unlink", lambda path: unlinked.append(path))
    write(ChainedLog(path, clock, keep_days=2), "b")
    monkeypatch.undo()
    assert faults(path) == []
    assert len(unlinked) == 3
    for old in unlinked:
        old.unlink()
        assert faults(path) == []


@pytest.mark.parametrize("wrong_day", [TODAY + 30_000 * DAY, TODAY - 20_000 * DAY])
def test_a_clock_that_is_wrong_at_each_start_empties_no_journal(
    path: Path, clock: ToldClock, wrong_day: datetime
) -> None:
    for day in range(5):
        for clock.time in (wrong_day, TODAY + day * DAY):
            write(ChainedLog(path, clock, keep_days=5), "a")
    write(ChainedLog(path, clock, keep_days=5), "a")
    days = {each.day for each in days_of(path)}
    assert {"2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"} <= days
    assert faults(path) == []


def test_a_file_that_cannot_be_laid_aside_goes_on(
    path: Path, clock: ToldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    log = ChainedLog(path, clock)
    write(log, "a")
    clock.time += DAY
    monkeypatch.setattr(Path, "rename", refuse)
    write(log, "b")
    assert events(path) == ["a", "b"]
    assert days_of(path) == []
    assert faults(path) == []


def test_a_journal_of_an_older_agent_is_continued(path: Path, clock: ToldClock) -> None:
    path.parent.mkdir()
    path.write_text('{"event": "started", "at_ms": 1.0, "unix_ms": 2}\n' * 3)
    write(ChainedLog(path, clock), "a")
    clock.time += DAY
    write(ChainedLog(path, clock), "b")
    checked = check_chain(files_of(path))
    assert checked.faults == []
    assert checked.remarks == ["3 lines are older than the chain"]
    assert [each.first for each in days_of(path)] == [0, 1]
