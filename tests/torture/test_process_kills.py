"""Some kills, and a reader that must not survive one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.desk import Desk
from tests.hw_sim.bench import Bench
from tests.interruptions.killed_process import Kill
from tests.torture.runs import process_kills

HASTY = ("tests.interruptions.hasty_device",)


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    keys: Path = request.config.cache.mkdir("uketsuke-test-keys")
    with Bench(tmp_path / "bench", keys, limits={"agent_s": 3.0}) as bench:
        yield Desk(bench)


@pytest.mark.parametrize(
    "kill", [Kill("agent", "fdatasync", 3), Kill("device", "fsync", 1), Kill("device", "read", 9)]
)
def test_nothing_is_found(desk: Desk, kill: Kill) -> None:
    killed = {"agent": 0, "device": 0}
    assert list(process_kills.faults_of(desk, kill, killed)) == []
    assert killed[kill.victim] == 1


def test_negative_control_a_reader_that_calls_it_finished_first(desk: Desk) -> None:
    desk.bench.kill("device")
    desk.bench.start("device", HASTY)
    desk.stand_before_screen_again()
    kill = Kill("device", "rename", 1)
    faults = list(process_kills.faults_of(desk, kill, {"agent": 0, "device": 0}))
    assert faults == ["a visit called finished is lost"]
