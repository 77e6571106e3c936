"""Two agents never serve with one store."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from agent import assembly
from agent.assembly import assemble
from agent.config import Config, read_config
from agent.errors import ConfigError
from tests.agent.running_agent import RunningAgent
from tests.hw_sim.eligibility_service import EligibilityService


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Config]:
    with EligibilityService() as service:
        RunningAgent(tmp_path, service)
        yield read_config(tmp_path / "agent.toml")


def start(config: Config, folder: Path) -> None:
    with assemble(config, folder):
        pass


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_agent_is_refused_and_a_later_one_is_not(config: Config, tmp_path: Path) -> None:
    with assemble(config, tmp_path):
        files = contents(tmp_path)
        with pytest.raises(ConfigError, match=r"another agent is running with agent\.sqlite3"):
            start(config, tmp_path)
        assert contents(tmp_path) == files, "nothing is written beside the first one"
    start(config, tmp_path)


def test_negative_control_without_the_lock(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly, "alone_with", lambda _: nullcontext())
    with assemble(config, tmp_path):
        start(config, tmp_path)
