"""Both ends with real TLS contexts, made once."""

from dataclasses import replace

import pytest

from hostlink import tls
from hostlink.ends import AgentEnd, DeviceEnd
from tests.hostlink import pki
from tests.hostlink.paired_ends import agent_end_of, certificate_of, device_end_of
from tests.hostlink.wire import Wire


@pytest.fixture(scope="session")
def device_end(tmp_path_factory: pytest.TempPathFactory) -> DeviceEnd:
    return device_end_of(tmp_path_factory.mktemp("device"))


@pytest.fixture(scope="session")
def agent_end(tmp_path_factory: pytest.TempPathFactory) -> AgentEnd:
    return agent_end_of(tmp_path_factory.mktemp("agent"))


@pytest.fixture(scope="session")
def strange_device_end(tmp_path_factory: pytest.TempPathFactory) -> DeviceEnd:
    """A reader that answers to the right name and shows another certificate."""
    end = device_end_of(tmp_path_factory.mktemp("strange_device"), reader=pki.STRANGE_READER)
    context = tls.paired_device_context(
        *pki.STRANGE_READER.write(tmp_path_factory.mktemp("strange"), "reader"),
        [certificate_of(pki.AGENT)],
    )
    return replace(end, tls=tls.device_context(lambda _: context))


@pytest.fixture(scope="session")
def strange_agent_end(tmp_path_factory: pytest.TempPathFactory) -> AgentEnd:
    """An agent the reader was not paired with."""
    return agent_end_of(tmp_path_factory.mktemp("strange_agent"), agent=pki.STRANGE_AGENT)


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
