"""What the agent does in Windows' Python under Wine; run by `make windows`, not with other tests."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from hostlink.messages import ResultAcknowledged, VisitChallenge, VisitOpened, VisitOptions
from hostlink.terms import CardKind
from tests.agent.reader_end import Cable, ReaderEnd
from tests.agent.running_agent import logged
from tests.agent.world import SigningReader, card, completed
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService
from tests.packaging.built import free_port
from tests.windows import wine
from tests.windows.agent_in_wine import AgentInWine


@pytest.fixture(scope="module", autouse=True)
def _windows() -> Iterator[None]:
    with wine.windows():
        yield


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentInWine]:
    with EligibilityService() as service:
        yield AgentInWine(tmp_path, service)


class Patients:
    """A reader at COM5 with its signer, and whoever comes to it."""

    def __init__(self, agent: AgentInWine) -> None:
        self.agent = agent
        self.signer = SigningReader()
        self.reader = ReaderEnd(
            agent.folder, lambda: self.signer.next_seq, cable=Cable(wine.PORT)
        )

    def visit(self) -> None:
        """A whole one, until the result is acknowledged."""
        patient = card(datetime.now(UTC).date() + timedelta(days=900))
        self.agent.service.enroll(patient.sha256, UKETSUKE_TARO)
        opened = VisitOpened(os.urandom(16), CardKind.MY_NUMBER)
        visit = self.reader.ask(opened, VisitChallenge)
        self.reader.ask(patient.prove(visit), VisitOptions)
        signed = self.signer.sign(completed(visit.nonce, visit.visit_id, datetime.now(UTC)))
        self.reader.ask(signed, ResultAcknowledged)


@pytest.fixture
def patients(agent: AgentInWine) -> Iterator[Patients]:
    there = Patients(agent)
    with there.reader:
        yield there


def test_a_whole_visit(agent: AgentInWine, patients: Patients) -> None:
    port = free_port()
    agent.change("[eligibility]", f"[api]\nport = {port}\n\n[eligibility]")
    agent.start()
    patients.reader.wait_up()
    patients.visit()
    assert agent.take().person["Name"] == "受付　太郎"
    for page in ("/healthz", "/metrics", "/"):
        assert httpx.get(f"http://127.0.0.1:{port}{page}").status_code == httpx.codes.OK
    assert (agent.stop(), logged(agent.log)) == (0, [])
