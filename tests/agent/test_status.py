"""What the agent says about itself while it runs, after it, and when it hangs."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.status import FRESH_MS, Status, StatusFile, describe, read_status
from hostlink.counters import Tally
from hostlink.messages import DeviceReport, LinkCounters, Message, ReportWanted
from hostlink.reset import ResetReason
from tests.agent.running_agent import wait_until
from tests.agent.world import ToldClock
from tests.hostlink.samples import REPORT


@dataclass
class FakeLink:
    """As much of a link as a status needs."""

    tally: Tally = field(default_factory=Tally)
    is_up: bool = True
    is_paired: bool = True
    sent: list[Message] = field(default_factory=list)

    @property
    def counters(self) -> LinkCounters:
        return self.tally.snapshot()

    def send(self, message: Message) -> bool:
        self.sent.append(message)
        return self.is_up


def status_file(path: Path, link: FakeLink, report: DeviceReport | None = None) -> StatusFile:
    return StatusFile(path, ToldClock(), {"": link}, {"": report}.get)


def test_a_running_and_then_a_stopped_agent(tmp_path: Path) -> None:
    link = FakeLink(Tally(frames_received=7, bad_crc=1))
    link.tally.resets[ResetReason.SILENT] += 2
    link.tally.round_trips_s += [0.001, 0.002]
    path = tmp_path / "status.json"
    written = status_file(path, link)
    written._write(is_running=True)
    status = read_status(path)
    assert status is not None
    (reader,) = status.readers
    assert reader.is_linked
    assert reader.link["bad_crc"] == 1
    assert reader.link["resets"] == {"SILENT": 2}
    is_well, said = describe(status, status.unix_ms + 1)
    assert is_well
    assert said[:2] == ["The reader is connected.", "Cable, as this PC sees it:"]
    assert "  reset silent: 2" in said
    assert "  rtt_p50_us: 1000" in said
    assert "Results at the reader:" not in said
    written.start()
    written.stop()
    assert describe(read_status(path), status.unix_ms) == (False, ["The agent was stopped."])


def test_what_the_reader_answered_is_told(tmp_path: Path) -> None:
    link = FakeLink()
    path = tmp_path / "status.json"
    status_file(path, link, REPORT)._write(is_running=True)
    status = read_status(path)
    assert status is not None
    said = describe(status, status.unix_ms)[1]
    reader = said[said.index("Cable, as the reader sees it:") :]
    assert "  frames_received: 70000" in reader
    assert "  reset damaged_frame: 2" in reader
    results = reader[reader.index("Results at the reader:") :]
    counts = ["  waiting: 3", "  of these for another clinic: 1", "  sent again: 2"]
    assert results[1:] == counts


def test_the_reader_is_asked_while_the_agent_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.status.WRITE_EVERY_S", 0.01)
    link = FakeLink()
    written = status_file(tmp_path / "status.json", link)
    written.start()
    wait_until(lambda: len(link.sent) > 2)
    written.stop()
    assert set(link.sent) == {ReportWanted()}


def test_a_newer_version_is_told_last_and_all_is_well(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    newer = "version 0.2.0 is there: faster"
    StatusFile(path, ToldClock(), {"": FakeLink()}, {"": None}.get, update=lambda: newer)._write(
        is_running=True
    )
    status = read_status(path)
    assert status is not None
    is_well, said = describe(status, status.unix_ms)
    assert is_well
    assert said[-1] == f"Update: {newer}"


def test_without_a_reader_it_is_not_well(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    status_file(path, FakeLink(is_up=False))._write(is_running=True)
    status = read_status(path)
    assert status is not None
    is_well, said = describe(status, status.unix_ms)
    assert not is_well
    assert said[0] == "The reader is not connected."


def test_of_several_readers_each_is_told_by_its_counter(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    links = {"1番窓口": FakeLink(), "2番窓口": FakeLink(is_up=False)}
    firmware = {"1番窓口": "0.1.0"}.get
    StatusFile(path, ToldClock(), links, {"1番窓口": REPORT}.get, firmware)._write(is_running=True)
    status = read_status(path)
    assert status is not None
    is_well, said = describe(status, status.unix_ms)
    assert not is_well, "one of them is missing"
    first = said.index("The reader at 1番窓口 is connected.")
    assert said[first + 1] == "Its firmware: 0.1.0"
    second = said[said.index("The reader at 2番窓口 is not connected.") :]
    assert "Results at the reader:" not in second


@pytest.mark.parametrize(
    ("age_ms", "sentence"), [(int(FRESH_MS) + 1, "start it again"), (-60_000, "set back")]
)
def test_an_old_status_is_that_of_an_agent_that_hangs(age_ms: int, sentence: str) -> None:
    status = Status(unix_ms=1_000_000, is_running=True)
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
    status_file(tmp_path / "no folder" / "status.json", FakeLink())._write(is_running=True)


def test_a_counter_without_a_reader_says_how_to_get_one(tmp_path: Path) -> None:
    path = tmp_path / "agent.status.json"
    status_file(path, FakeLink(is_up=False, is_paired=False))._write(is_running=True)
    status = read_status(path)
    assert status is not None
    is_well, said = describe(status, status.unix_ms)
    assert not is_well
    assert said == [
        "The reader is not paired: pair it at the console, or with `python -m agent pair`."
    ]
