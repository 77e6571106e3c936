"""A wall clock that is years off, or jumps in the middle of a session, stops no result.

Neither end asks a clock whether to trust the other, the link's deadlines are by the monotonic
clock, and results are in order by their numbers.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.agent.running_agent import wait_until
from tests.agent.world import HeardJournal, abandoned
from tests.flows.wrong_clock import PATIENCE_S, EndWithAClock, WrongClock
from tests.hostlink.paired_ends import agent_end_of, device_end_of
from tests.hostlink.pty_cable import PtyCable
from tests.hostlink.resets import resets_of
from tests.torture.pty_halves import PtyAgent, PtyReader

POWER_CUT = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
AFTER_32_BITS = datetime(2038, 1, 20, tzinfo=UTC)
FAR_FUTURE = datetime(2099, 12, 30, tzinfo=UTC)
JUMPS = (POWER_CUT, FAR_FUTURE, AFTER_32_BITS, POWER_CUT)
DEVICE, AGENT = 0, 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def clock(folder: Path) -> WrongClock:
    return WrongClock(folder / "clock")


@pytest.fixture
def cable() -> Iterator[PtyCable]:
    laid = PtyCable()
    yield laid
    laid.unplug()


@pytest.fixture
def journal() -> HeardJournal:
    return HeardJournal()


@pytest.fixture
def agent(folder: Path, cable: PtyCable, journal: HeardJournal) -> Iterator[PtyAgent]:
    """In this process, by the right time."""
    running = PtyAgent(folder, cable.agent_port, agent_end_of(folder), journal)
    yield running
    running.close()


@pytest.fixture
def acknowledged() -> SimpleQueue[int]:
    return SimpleQueue()


@pytest.fixture
def reader(folder: Path, cable: PtyCable, acknowledged: SimpleQueue[int]) -> Iterator[PtyReader]:
    """In this process, by the right time."""
    end = device_end_of(folder)
    running = PtyReader(folder / "outbox", cable.device_port, end, acknowledged.put)
    yield running
    running.close()


@pytest.mark.parametrize("time", [POWER_CUT, AFTER_32_BITS, FAR_FUTURE], ids=lambda at: at.year)
@pytest.mark.usefixtures("agent")
def test_a_reader_whose_clock_is_wrong_delivers(
    folder: Path, cable: PtyCable, clock: WrongClock, time: datetime
) -> None:
    clock.set(time)
    with EndWithAClock("reader", cable.path(DEVICE), folder, clock) as wrong:
        assert wrong.next() == f"year {time.year}"
        assert wrong.next() == "up"
        wrong.keep()
        assert wrong.next() == "acknowledged 1"


def test_negative_control_a_reader_that_asks_its_clock(
    folder: Path, cable: PtyCable, clock: WrongClock, agent: PtyAgent
) -> None:
    clock.set(POWER_CUT)
    with EndWithAClock("careful-reader", cable.path(DEVICE), folder, clock) as wrong:
        assert wrong.next() == "year 1970"
        wait_until(lambda: sum(resets_of(agent.counters).values()) > 2, PATIENCE_S)
    assert wrong.rest() == []


def test_the_readers_clock_jumps_during_a_session(
    folder: Path, cable: PtyCable, clock: WrongClock, agent: PtyAgent, journal: HeardJournal
) -> None:
    clock.set(datetime.now(UTC))
    with EndWithAClock("reader", cable.path(DEVICE), folder, clock) as jumping:
        jumping.next()
        assert jumping.next() == "up"
        for seq, time in enumerate(JUMPS, start=1):
            clock.set(time)
            jumping.keep()
            assert jumping.next() == f"acknowledged {seq}"
    assert agent.counters.sessions == 1
    assert journal.alarms == []
    assert agent.store.rows("SELECT seq FROM results ORDER BY rowid") == [(1,), (2,), (3,), (4,)]


def test_the_agents_clock_jumps_during_a_session(
    folder: Path,
    cable: PtyCable,
    clock: WrongClock,
    reader: PtyReader,
    acknowledged: SimpleQueue[int],
) -> None:
    clock.set(datetime.now(UTC))
    with EndWithAClock("agent", cable.path(AGENT), folder, clock) as jumping:
        jumping.next()
        assert jumping.next() == "up"
        for seq, time in enumerate(JUMPS, start=1):
            clock.set(time)
            reader.keep(abandoned())
            assert acknowledged.get(timeout=PATIENCE_S) == seq
    assert reader.counters.sessions == 1


@pytest.mark.parametrize("time", [POWER_CUT, AFTER_32_BITS, FAR_FUTURE], ids=lambda at: at.year)
def test_an_agent_whose_clock_is_wrong_takes_results(
    folder: Path,
    cable: PtyCable,
    clock: WrongClock,
    reader: PtyReader,
    acknowledged: SimpleQueue[int],
    time: datetime,
) -> None:
    reader.keep(abandoned())
    clock.set(time)
    with EndWithAClock("agent", cable.path(AGENT), folder, clock) as wrong:
        assert wrong.next() == f"year {time.year}"
        assert wrong.next() == "up"
        assert acknowledged.get(timeout=PATIENCE_S) == 1
