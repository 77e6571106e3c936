"""What the agent says about itself while it runs, after it, and when it hangs."""

from pathlib import Path

import pytest

from agent.status import FRESH_MS, Status, StatusFile, describe, read_status
from hostlink.counters import Tally
from hostlink.reset import ResetReason
from tests.agent.world import ToldClock


def status_file(path: Path, tally: Tally, *, is_linked: bool = True) -> StatusFile:
    return StatusFile(path, ToldClock(), tally.snapshot, lambda: is_linked)


def test_a_running_and_then_a_stopped_agent(tmp_path: Path) -> None:
    tally = Tally(frames_received=7, bad_crc=1)
    tally.resets[ResetReason.SILENT] += 2
    tally.round_trips_s += [0.001, 0.002]
    path = tmp_path / "status.json"
    written = status_file(path, tally)
    written._write(is_running=True)
    status = read_status(path)
    assert status is not None
    assert status.is_linked
    assert status.link["bad_crc"] == 1
    assert status.link["resets"] == {"SILENT": 2}
    is_well, said = describe(status, status.unix_ms + 1)
    assert is_well
    assert said[0] == "The reader is connected."
    assert "  reset silent: 2" in said
    assert "  rtt_p50_ms: 1.0" in said
    written.start()
    written.stop()
    assert describe(read_status(path), status.unix_ms) == (False, ["The agent was stopped."])


def test_without_a_reader_it_is_not_well(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    status_file(path, Tally(), is_linked=False)._write(is_running=True)
    status = read_status(path)
    assert status is not None
    is_well, said = describe(status, status.unix_ms)
    assert not is_well
    assert said[0] == "No reader is connected."


@pytest.mark.parametrize(
    ("age_ms", "sentence"), [(int(FRESH_MS) + 1, "start it again"), (-60_000, "set back")]
)
def test_an_old_status_is_that_of_an_agent_that_hangs(age_ms: int, sentence: str) -> None:
    status = Status(unix_ms=1_000_000, is_running=True, is_linked=True, link={})
    is_well, said = describe(status, 1_000_000 + age_ms)
    assert not is_well
    assert sentence in said[0]


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"unix_ms": "x"}'])
def test_a_file_that_tells_nothing(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "status.json"
    if content is not None:
        path.write_bytes(content)
    assert read_status(path) is None
    assert describe(None, 0) == (False, ["The agent has not run here yet."])


def test_a_full_disk_costs_the_status_only(tmp_path: Path) -> None:
    status_file(tmp_path / "no folder" / "status.json", Tally())._write(is_running=True)
