"""Only files in the adapters' folder can be named."""

import pytest

import agent.eligibility
import agent.relays
from agent.adapters import adapter_names, load_adapter
from agent.errors import ConfigError


def test_the_names_are_the_files() -> None:
    assert "oqs_folder" in adapter_names(agent.relays)
    assert "http" in adapter_names(agent.eligibility)


@pytest.mark.parametrize("name", ["port", "_oqs_file", "__init__", "os", "..config", "", "a.b"])
def test_nothing_else_can_be_named(name: str) -> None:
    with pytest.raises(ConfigError, match="oqs_folder"):
        load_adapter(agent.relays, name, "[[relays]] target")


def test_every_adapter_has_what_the_assembly_needs() -> None:
    for name in adapter_names(agent.relays):
        assert {"Settings", "open_relay"} <= set(vars(load_adapter(agent.relays, name, "")))
    for name in adapter_names(agent.eligibility):
        assert {"Settings", "open_source"} <= set(vars(load_adapter(agent.eligibility, name, "")))
