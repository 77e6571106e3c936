"""Reader and reception PC are paired by real programs over a real cable, used, renewed, parted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.desk import Desk
from tests.flows.pairing_desk import AgentCommand, open_window, pair, screen_with
from tests.hw_sim.bench import AGENT_PAIRINGS, READER_PAIRINGS, Bench


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    keys: Path = request.config.cache.mkdir("uketsuke-test-keys")
    with Bench(tmp_path / "bench", keys, is_paired=False, limits={"agent_s": 3.0}) as bench:
        yield bench


def pairings(bench: Bench) -> tuple[list[Path], list[Path]]:
    """At the reader and at the agent."""
    return (
        sorted((bench.folder / READER_PAIRINGS).glob("*.pairing")),
        sorted((bench.folder / AGENT_PAIRINGS).glob("*.pairing")),
    )


def certificates(bench: Bench) -> set[str]:
    """What the reader shows to paired agents."""
    return {path.name for path in (bench.folder / READER_PAIRINGS).glob("*.pem")}


def is_connected(bench: Bench) -> bool:
    """As the agent's own command says it."""
    with AgentCommand(bench, "status") as agent:
        status, said = agent.end()
    return status == 0 and said.startswith("The reader is connected.")


def serve_one(bench: Bench) -> None:
    """A patient comes and everything arrives."""
    desk = Desk(bench)
    desk.lay()
    desk.go_on_until("finished")
    desk.take()
    desk.wait_until(lambda: len(desk.received()) > 0, "the patient's file")


def test_a_new_reader_is_paired_serves_is_renewed_and_unpaired(bench: Bench) -> None:
    assert "Paired with the reader" in pair(bench)
    screen_with(bench, "idle")
    bench.start("agent")
    serve_one(bench)
    Desk(bench).wait_until(lambda: is_connected(bench), "the status of a reader that is there")
    bench.kill("agent")

    before = certificates(bench)
    with AgentCommand(bench, "renew") as agent:
        assert agent.end() == (0, "Both ends have new keys.\n")
    Desk(bench).wait_until(lambda: len(certificates(bench)) == 1, "the old certificate to go")
    assert certificates(bench).isdisjoint(before)
    bench.start("agent")
    serve_one(bench)
    bench.kill("agent")

    with AgentCommand(bench, "unpair") as agent:
        status, said = agent.end()
    assert status == 0
    assert "at both ends" in said
    assert pairings(bench) == ([], [])
    screen_with(bench, "unpaired")


@pytest.mark.parametrize(
    ("at_reader", "at_agent", "page"),
    [
        ("pairing_different", "yes", "pairing_failed"),
        ("pairing_same", "no", "pairing_failed"),
        ("pairing_same", "", "pairing_failed"),
    ],
)
def test_one_no_is_enough(bench: Bench, at_reader: str, at_agent: str, page: str) -> None:
    said = pair(bench, at_reader=at_reader, at_agent=at_agent)
    assert "not paired: the digits differed." in said
    bench.screen.wait_for(page)
    assert pairings(bench) == ([], [])


def test_without_a_press_nobody_is_paired(bench: Bench) -> None:
    with AgentCommand(bench, "pair") as agent:
        assert not agent.says_more_within(3.0)
    assert bench.screen.shown() == "unpaired"


def test_an_agent_that_is_gone_uses_up_the_press(bench: Bench) -> None:
    screen = open_window(bench)
    with AgentCommand(bench, "pair") as agent:
        agent.read_code()
    screen.wait_for("pairing_failed")
    screen_with(bench, "unpaired")
    assert "Paired with the reader" in pair(bench)
