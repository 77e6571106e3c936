"""Both ends with real TLS contexts, made once."""

from pathlib import Path

import pytest

from hostlink.ends import AgentEnd, DeviceEnd
from tests.hostlink.both_ends import agent_end_of, device_end_of, write_pki
from tests.hostlink.wire import Wire


@pytest.fixture(scope="session")
def pki_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    write_pki(folder)
    return folder


@pytest.fixture(scope="session")
def device_end(pki_folder: Path) -> DeviceEnd:
    return device_end_of(pki_folder)


@pytest.fixture(scope="session")
def agent_end(pki_folder: Path) -> AgentEnd:
    return agent_end_of(pki_folder)


@pytest.fixture(scope="session")
def strange_device_end(pki_folder: Path) -> DeviceEnd:
    """A reader that no maker the agent trusts has certified."""
    return device_end_of(pki_folder, "strange_reader")


@pytest.fixture(scope="session")
def strange_agent_end(pki_folder: Path) -> AgentEnd:
    """An agent the reader was not paired with."""
    return agent_end_of(pki_folder, "strange_agent")


@pytest.fixture
def wire(device_end: DeviceEnd, agent_end: AgentEnd) -> Wire:
    """Both ends and a cable that is not plugged in yet."""
    return Wire(device_end, agent_end)


@pytest.fixture
def live(wire: Wire) -> Wire:
    """A wire on which the link is up and quiet."""
    wire.plug()
    assert wire.delivers(1)
    wire.arrived.clear()
    return wire
