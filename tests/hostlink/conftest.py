"""Both ends with real TLS contexts, made once."""

from pathlib import Path

import pytest

from hostlink import tls
from hostlink.ends import AgentEnd, DeviceEnd
from tests.hostlink import pki, samples
from tests.hostlink.wire import Wire


@pytest.fixture(scope="session")
def pki_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PEM files: `reader`, `agent`, `maker` and their strangers, each with `.pem` and `.key`."""
    folder = tmp_path_factory.mktemp("pki")
    pki.READER.write(folder, "reader")
    pki.AGENT.write(folder, "agent")
    pki.MAKER.write(folder, "maker")
    pki.STRANGE_READER.write(folder, "strange_reader")
    pki.STRANGE_AGENT.write(folder, "strange_agent")
    pki.STRANGE_MAKER.write(folder, "strange_maker")
    return folder


@pytest.fixture(scope="session")
def device_end(pki_folder: Path) -> DeviceEnd:
    context = tls.device_context(
        pki_folder / "reader.pem", pki_folder / "reader.key", pki_folder / "agent.pem"
    )
    return DeviceEnd(context, lambda: samples.DEVICE_HELLO)


@pytest.fixture(scope="session")
def agent_end(pki_folder: Path) -> AgentEnd:
    context = tls.agent_context(
        pki_folder / "agent.pem", pki_folder / "agent.key", pki_folder / "maker.pem"
    )
    return AgentEnd(context, lambda _: samples.AGENT_HELLO)


@pytest.fixture(scope="session")
def strange_device_end(pki_folder: Path) -> DeviceEnd:
    """A reader that no maker the agent trusts has certified."""
    context = tls.device_context(
        pki_folder / "strange_reader.pem",
        pki_folder / "strange_reader.key",
        pki_folder / "agent.pem",
    )
    return DeviceEnd(context, lambda: samples.DEVICE_HELLO)


@pytest.fixture(scope="session")
def strange_agent_end(pki_folder: Path) -> AgentEnd:
    """An agent the reader was not paired with."""
    context = tls.agent_context(
        pki_folder / "strange_agent.pem",
        pki_folder / "strange_agent.key",
        pki_folder / "maker.pem",
    )
    return AgentEnd(context, lambda _: samples.AGENT_HELLO)


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
