"""Who has the port of the local API."""

import socket
from pathlib import Path

from agent.config import ApiTable
from agent.doctor.local_api import examine
from agent.finding import Finding
from tests.agent.api.api_bench import ApiBench
from tests.hw_sim.ports import free_port


def test_without_an_api_nothing_is_looked_at() -> None:
    assert list(examine(None, is_running=True)) == []


def test_a_free_port() -> None:
    port = free_port()
    (finding,) = examine(ApiTable(port), is_running=False)
    assert finding == Finding(f"api: port {port} is free")
    (finding,) = examine(ApiTable(port), is_running=True)
    assert "may have just stopped. Ask again in 15 s." in str(finding)
    assert not finding.is_well


def test_the_agent_has_it(tmp_path: Path) -> None:
    with ApiBench(tmp_path) as api:
        (own,) = examine(ApiTable(api.port), is_running=True)
        (of_another,) = examine(ApiTable(api.port), is_running=False)
    assert own.is_well
    assert "served by the agent" in own.what
    assert "is served by another agent. Choose another `port`" in str(of_another)
    assert not of_another.is_well


def test_another_program_has_it() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as other:
        (finding,) = examine(ApiTable(other.getsockname()[1]), is_running=False)
    assert "another program" in finding.what
    assert not finding.is_well
