"""What the agent does in Windows' Python under Wine; run by `make windows`, not by `make test`."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from agent.__main__ import EXIT_CONFIG
from agent.command_line import TASKS
from hostlink.messages import ResultAcknowledged, VisitChallenge, VisitOpened, VisitOptions
from hostlink.terms import CardKind
from tests.agent.reader_end import Cable, ReaderEnd
from tests.agent.running_agent import logged, wait_until
from tests.agent.world import SigningReader, card, completed
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService, Person
from tests.packaging.built import free_port
from tests.windows import wine
from tests.windows.agent_in_wine import AgentInWine

NAME = "髙橋　試験"
"""Its first letter is in cp932 and not in Shift_JIS."""


@pytest.fixture(scope="module", autouse=True)
def _windows() -> Iterator[None]:
    with wine.windows():
        yield


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentInWine]:
    with EligibilityService() as service:
        made = AgentInWine(tmp_path, service)
        yield made
        made.kill()


class Patients:
    """A reader at COM5 with its signer, and whoever comes to it."""

    def __init__(self, agent: AgentInWine) -> None:
        self.agent = agent
        self.signer = SigningReader()
        self.reader = ReaderEnd(agent.folder, lambda: self.signer.next_seq, cable=Cable(wine.PORT))

    def visit(self, person: Person = UKETSUKE_TARO) -> None:
        """A whole one, until the result is acknowledged."""
        patient = card(datetime.now(UTC).date() + timedelta(days=900))
        self.agent.service.enroll(patient.sha256, person)
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


def test_it_says_what_it_can_do() -> None:
    status, said = wine.said_by("-m", "agent", "--help")
    assert status == 0
    assert [task for task in TASKS if f"    {task} " not in said] == []


def test_its_usual_configuration_is_in_program_data() -> None:
    status, said = wine.said_by("-m", "agent", "doctor")
    assert status == 1
    assert r"C:\ProgramData\uketsuke\agent.toml is not there" in said


def test_it_writes_the_same_browser_policies_as_here(tmp_path: Path) -> None:
    words = ("-m", "agent", "policy", "export", "--origin", "https://emr.example", "--out")
    assert wine.said_by(*words, tmp_path / "there")[0] == 0
    subprocess.run(
        [sys.executable, *words, tmp_path / "here"], check=True, stdout=subprocess.DEVNULL
    )
    assert files(tmp_path / "there") == files(tmp_path / "here")


def test_a_mistake_in_the_configuration_is_told(agent: AgentInWine) -> None:
    agent.change('"COM5"', "5")
    agent.start()
    assert agent.ended() == EXIT_CONFIG
    (sentence,) = logged(agent.log)
    assert "port" in sentence


def test_a_whole_visit(agent: AgentInWine, patients: Patients) -> None:
    port = free_port()
    agent.change("[eligibility]", f"[api]\nport = {port}\n\n[eligibility]")
    agent.start()
    patients.reader.wait_up()
    patients.visit()
    assert agent.take().person["Name"] == "受付　太郎"
    for page in ("/healthz", "/metrics", "/"):
        wait_until(partial(is_shown, f"http://127.0.0.1:{port}{page}"))
    assert (agent.stop(), logged(agent.log)) == (0, [])


@pytest.mark.parametrize("write_mode", ["rename", "create_then_write"])
def test_reception_software_of_windows_gets_its_file(
    agent: AgentInWine, patients: Patients, write_mode: str
) -> None:
    person = deepcopy(UKETSUKE_TARO)
    person["record"]["person"]["name"] = NAME
    folder = f"folder = '{wine.windows_path(agent.reception)}'"
    agent.change(
        'folder = "reception"', f'{folder}\nencoding = "cp932"\nwrite_mode = "{write_mode}"'
    )
    agent.start()
    patients.reader.wait_up()
    patients.visit(person)
    wait_until(lambda: any(agent.reception_files()))
    (content,) = agent.reception_files()
    assert b'encoding="Shift_JIS"' in content
    assert f"<Name>{NAME}</Name>" in content.decode("cp932")
    assert agent.stop() == 0


def test_a_killed_agent_goes_on_where_it_was(agent: AgentInWine, patients: Patients) -> None:
    """Journal and store are whole, and nothing is handed over twice."""
    for _ in range(2):
        agent.start()
        patients.reader.wait_up()
        patients.visit()
        agent.take()
        agent.kill()
    status, said = agent.said_by("verify")
    assert status == 0, said
    assert agent.events().count("started") == 2
    assert agent.events().count("result_stored") == 2


def test_what_is_made_beside_the_running_agent(
    agent: AgentInWine, patients: Patients, tmp_path: Path
) -> None:
    """Its commands open store and journal while it has them open, and take its locks."""
    agent.start()
    patients.reader.wait_up()
    patients.visit()
    agent.take()
    for task in ("export", "diagnostics", "backup"):
        target = tmp_path / f"{task}.zip"
        status, said = agent.said_by(task, "--out", target)
        assert status == 0, said
        assert zipfile.ZipFile(target).testzip() is None
    for task in ("verify", "status", "readers", "relays"):
        status, said = agent.said_by(task)
        assert status == 0, said
    assert agent.stop() == 0


def test_a_backup_of_here_is_an_agent_there(agent: AgentInWine, tmp_path: Path) -> None:
    agent.start()
    assert agent.stop() == 0
    assert agent.said_by("backup", "--out", tmp_path / "backup.zip")[0] == 0
    other = tmp_path / "other"
    words = ("restore", "--config", other / "agent.toml", "--from", tmp_path / "backup.zip")
    status, said = wine.said_by("-m", "agent", *words)
    assert status == 0, said
    restored, kept = files(other / "pairings"), files(agent.folder / "pairings")
    assert restored
    assert restored.items() <= kept.items()


def is_shown(address: str) -> bool:
    """On a machine at its limit the agent says for a while, rightly, that it is silent."""
    return httpx.get(address).is_success


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
