"""The local API of a whole agent, before and after it was killed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from hostlink.messages import ResultAcknowledged, VisitChallenge, VisitOpened, VisitOptions
from hostlink.terms import CardKind
from tests.agent.command_line import CommandLine
from tests.agent.reader_end import ReaderEnd
from tests.agent.running_agent import RunningAgent, logged, wait_until
from tests.agent.world import Card, SigningReader, card, completed
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService
from tests.hw_sim.ports import free_port


class AgentWithApi:
    """A running agent with a reader, and software that asks it."""

    def __init__(
        self, folder: Path, service: EligibilityService, reader: ReaderEnd, signer: SigningReader
    ) -> None:
        self.port = free_port()
        self.agent = RunningAgent(folder, service)
        self.file = folder / "agent.toml"
        self.file.write_text(self.file.read_text() + f"\n[api]\nport = {self.port}\n")
        self._reader = reader
        self._signer = signer
        self.token = ""

    def ask(self, path: str, token: str | None = None) -> Any:
        """What the API answers."""
        bearer = {"Authorization": f"Bearer {token or self.token}"}
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.get(url, headers=bearer, trust_env=False).raise_for_status().json()

    def wait_serving(self) -> None:
        def is_serving() -> bool:
            try:
                return bool(self.ask("/healthz"))
            except httpx.TransportError:
                return False

        wait_until(is_serving)

    def visit(self, patient: Card, visit_id: bytes) -> None:
        """Somebody comes and goes."""
        challenge = self._reader.ask(VisitOpened(visit_id, CardKind.MY_NUMBER), VisitChallenge)
        self._reader.ask(patient.prove(challenge), VisitOptions)
        result = self._signer.sign(completed(challenge.nonce, visit_id, datetime.now(UTC)))
        self._reader.ask(result, ResultAcknowledged)


@pytest.fixture
def service() -> Iterator[EligibilityService]:
    with EligibilityService() as running:
        yield running


@pytest.fixture
def signer() -> SigningReader:
    return SigningReader()


@pytest.fixture
def reader(tmp_path: Path, signer: SigningReader) -> Iterator[ReaderEnd]:
    with ReaderEnd(tmp_path, lambda: signer.next_seq) as end:
        yield end


@pytest.fixture
def staff(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


def test_a_killed_agent_goes_on_where_software_was(
    tmp_path: Path,
    service: EligibilityService,
    reader: ReaderEnd,
    signer: SigningReader,
    staff: CommandLine,
) -> None:
    patient = card(datetime.now(UTC).date() + timedelta(days=900))
    service.enroll(patient.sha256, UKETSUKE_TARO)
    desk = AgentWithApi(tmp_path, service, reader, signer)
    desk.agent.start()
    try:
        reader.wait_up()
        enrolled = staff.run("clients", "--config", desk.file, "--enroll", "レセコン")
        desk.token = enrolled.out.splitlines()[1]
        desk.wait_serving()
        desk.visit(patient, b"1" * 16)
        first = desk.ask("/v1/results")
        assert [each["outcome"] for each in first["results"]] == ["completed"]
        assert first["results"][0]["detail"]["record"]["person"]["name"] == "受付　太郎"

        desk.agent.kill()
        desk.agent.start()
        reader.wait_up()
        desk.wait_serving()
        desk.visit(patient, b"2" * 16)
        later = desk.ask(f"/v1/results?after={first['next']}")
        assert [each["visit"] for each in later["results"]] == [(b"2" * 16).hex()]

        said = staff.run("console", "--config", desk.file).out
        _, line = said.splitlines()
        address, _, token = line.partition("#")
        assert address == f"http://127.0.0.1:{desk.port}/"
        (place,) = desk.ask("/v1/state", token)["readers"]
        assert place["is_linked"]
        assert place["firmware"] == "0.1.0"
        assert desk.agent.stop() == 0
        said = staff.run("console", "--config", desk.file).out
        assert said.splitlines()[2] == "The agent is not running: start it first."
        assert logged(desk.agent.log) == [], "nothing of the API's is written to the log"
    finally:
        desk.agent.kill()
