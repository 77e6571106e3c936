"""A reader and an agent in another language are paired by a person, serve, are renewed and parted.

That agent knows only what docs/HOSTLINK.md and messages.cddl say.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.other_agent import OtherAgentBench, OtherDesk
from tests.flows.pairing_desk import open_window, screen_with
from tests.hostlink.other_end_pairing import OtherPairing
from tests.hostlink.other_end_program import AGENT_NAME, change_command
from tests.hw_sim.bench import READER_PAIRINGS


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[OtherAgentBench]:
    keys: Path = request.config.cache.mkdir("uketsuke-test-keys")
    with OtherAgentBench(tmp_path / "bench", keys, is_paired=False) as bench:
        yield bench


def shown_by_reader(bench: OtherAgentBench) -> set[str]:
    """Its certificates for paired agents."""
    return {path.name for path in (bench.folder / READER_PAIRINGS).glob("*.pem")}


def change(bench: OtherAgentBench, task: str) -> None:
    command = change_command(bench.surroundings, task, bench.program)
    subprocess.run(command, check=True, timeout=60.0)


def pair(bench: OtherAgentBench) -> None:
    """Press, compare, say yes at both ends."""
    screen = open_window(bench)
    with OtherPairing(bench.surroundings, bench.program) as agent:
        code = agent.read_code()
        screen.wait_for("pairing_compare")
        shown = screen.texts()
        assert f"{code[:3]} {code[3:]}" in shown
        assert any(AGENT_NAME in text for text in shown)
        screen.choose("pairing_same")
        assert agent.answer_when_asked("yes")["event"] == "paired"
        assert agent.end() == 0
    screen_with(bench, "idle")


def test_a_stranger_is_paired_serves_is_renewed_and_unpaired(bench: OtherAgentBench) -> None:
    pair(bench)
    bench.start("agent")
    desk = OtherDesk(bench)
    desk.complete_visit()
    bench.kill("agent")

    before = shown_by_reader(bench)
    change(bench, "renew")
    assert len(shown_by_reader(bench)) == 2
    bench.start("agent")
    desk.wait_until(lambda: len(shown_by_reader(bench)) == 1, "the old certificate to go")
    assert shown_by_reader(bench).isdisjoint(before)
    desk.complete_visit()
    desk.assert_exactly_once()
    bench.kill("agent")

    change(bench, "unpair")
    assert not bench.surroundings.pairing.exists()
    assert list((bench.folder / READER_PAIRINGS).glob("*.pairing")) == []
    screen_with(bench, "unpaired")
