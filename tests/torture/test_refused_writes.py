"""A share of the refusals, and designs that must not survive them."""

import errno
import os
from contextlib import suppress
from pathlib import Path

import pytest

from device import disk
from tests.interruptions.agent_day import agent_day
from tests.interruptions.day import Day
from tests.interruptions.kills import Refusal, faults_of_refusal
from tests.interruptions.reader_day import reader_day
from tests.interruptions.syscalls import CallPoint
from tests.torture.memory_folder import memory_folder
from tests.torture.runs import refused_writes
from tests.torture.runs.refused_writes import COUNT

FEW = 40


@pytest.mark.parametrize("day", [agent_day(), reader_day()])
def test_nothing_is_found(day: Day) -> None:
    report = refused_writes.run(FEW, 1, [day])
    assert report.failures == ()
    assert report.trials > 3


@pytest.mark.parametrize("occurrence", range(2, 9))
def test_a_folder_that_cannot_be_synced_for_the_store_is_noticed(occurrence: int) -> None:
    """SQLite syncs it too, and goes on when that fails."""
    refusal = Refusal(CallPoint("fdatasync", occurrence), errno.EIO, is_lasting=False)
    with memory_folder() as folder:
        assert faults_of_refusal(agent_day(), refusal, folder) == []


def test_both_programs_have_their_days() -> None:
    assert refused_writes.run(4, 1).trials >= 3


def test_negative_control_an_acknowledgement_that_waits_for_no_disk() -> None:
    report = refused_writes.run(FEW, 1, [agent_day(synchronous="NORMAL")])
    assert any("an acknowledged result is lost" in failure.what for failure in report.failures)


def test_negative_control_a_failed_sync_taken_for_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def write_through(path: Path, content: bytes) -> None:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            with suppress(OSError):
                os.fsync(file.fileno())

    monkeypatch.setattr(disk, "_write_through", write_through)
    report = refused_writes.run(COUNT, 1, [reader_day()])
    assert any("a torn result waits" in failure.what for failure in report.failures)
