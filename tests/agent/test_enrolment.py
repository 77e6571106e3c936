"""Clients are let in and out beside a running agent."""

from contextlib import closing
from pathlib import Path

import pytest

from agent import enrolment
from agent.api.clients import Clients, Role
from agent.config import Config, read_config
from agent.errors import ConfigError
from agent.store import Store
from tests.agent.test_parked import CONFIG


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "agent.toml").write_text(CONFIG.format() + "api = {}\n")
    made = read_config(tmp_path / "agent.toml")
    Store(made.store.path).close()
    return made


def enrolled(config: Config) -> list[tuple[str, Role]]:
    with closing(Store(config.store.path)) as store:
        return [(each.name, each.role) for each in Clients(store).all()]


def test_a_browser_replaces_an_older_one_of_its_name(config: Config) -> None:
    told: list[str] = []
    for _ in range(2):
        enrolment.console(config, "RECEPTION1", told.append)
    assert enrolled(config) == [("RECEPTION1", Role.STAFF)]
    first, second = (line for line in told if "#" in line and line.startswith("http"))
    assert first != second


def test_a_browser_takes_no_software_its_place(config: Config) -> None:
    enrolment.enroll(config, "RECEPTION1", None, lambda _: None)
    with pytest.raises(ConfigError, match="'RECEPTION1' is the name of software"):
        enrolment.console(config, "RECEPTION1", lambda _: None)
    assert enrolled(config) == [("RECEPTION1", Role.SOFTWARE)]
