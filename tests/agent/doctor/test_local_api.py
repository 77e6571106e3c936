"""Who has the port of the local API."""

import socket
from pathlib import Path

from agent.config import ApiTable
from agent.doctor.local_api import examine
from agent.finding import Finding
from tests.agent.api.api_bench import ApiBench
from tests.hw_sim.ports import free_port


def test_without_an_api_nothing_is_looked_at() -> None:
    assert list(examine(None)) == []


def test_a_free_port() -> None:
    port = free_port()
    (finding,) = examine(ApiTable(port))
    assert finding == Finding(f"api: port {port} is free")


def test_the_agent_has_it(tmp_path: Path) -> None:
    with ApiBench(tmp_path) as api:
        (finding,) = examine(ApiTable(api.port))
    assert finding.is_well
    assert "served by the agent" in finding.what


def test_another_program_has_it() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as other:
        (finding,) = examine(ApiTable(other.getsockname()[1]))
    assert "another program" in finding.what
    assert not finding.is_well
