"""The built program does what the agent does; run by `make package`, not with the other tests.

Nothing of the clone and of its environment is within its reach: it runs elsewhere, without
PYTHONPATH, and the folder it was built into is copied away first.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import agent.eligibility
import agent.relays
from agent.adapters import adapters_in
from hostlink.messages import ResultAcknowledged, VisitChallenge, VisitOpened, VisitOptions
from hostlink.terms import CardKind
from tests.agent.reader_end import ReaderEnd
from tests.agent.running_agent import RunningAgent, logged
from tests.agent.test_migrations import old_database
from tests.agent.world import SigningReader, card, completed
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService

BUILT = Path(__file__).parents[2] / "build/package/uketsuke-agent"
OTHERWISE_WELL = ("ttyREADER", "pairings")
"""What is amiss on the PC of a test: no reader is plugged in."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed") / "uketsuke-agent"
    shutil.copytree(BUILT, folder, symlinks=True)
    return folder / "uketsuke-agent"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def installed(tmp_path: Path, program: Path) -> Iterator[RunningAgent]:
    with EligibilityService() as service:
        yield RunningAgent(tmp_path, service, [str(program)])


def said_by(program: Path, *words: str | Path) -> tuple[int, str]:
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def test_it_says_what_it_can_do(program: Path) -> None:
    status, said = said_by(program, "--help")
    assert status == 0
    assert "doctor" in said


def test_it_writes_browser_policies(program: Path, tmp_path: Path) -> None:
    status, _ = said_by(program, "policy", "export", "--origin", "https://emr.example")
    assert status == 0
    assert (tmp_path / "uketsuke-browser-policy/windows/uketsuke.reg").is_file()


def test_its_doctor_finds_all_it_is_made_of(installed: RunningAgent, program: Path) -> None:
    status, said = said_by(program, "doctor", "--config", installed.folder / "agent.toml")
    ill = [line for line in said.splitlines() if line.startswith("✗")]
    assert [line for line in ill if not any(each in line for each in OTHERWISE_WELL)] == []
    assert "✓ Python packages: uketsuke" in said
    assert status == 1


@pytest.mark.parametrize("package", [agent.eligibility, agent.relays])
def test_it_has_every_adapter(installed: RunningAgent, program: Path, package: object) -> None:
    """An adapter that is there says what its settings lack, or that nothing does."""
    config = installed.folder / "agent.toml"
    good = config.read_text()
    for name in adapters_in(package):  # type: ignore[arg-type]
        if package is agent.relays:
            config.write_text(f'{good}\n[[relays]]\ntarget = "{name}"\nname = "tried"\n')
        else:
            before, _, after = good.partition("[eligibility]")
            rest = after.partition("[[relays]]")[2]
            config.write_text(f'{before}[eligibility]\nsource = "{name}"\n[[relays]]{rest}')
        said = said_by(program, "doctor", "--config", config)[1]
        part = "relay tried" if package is agent.relays else f"eligibility {name}"
        (line,) = [line for line in said.splitlines() if f" {part}: " in line]
        assert f"settings of {name}: " in line or line.startswith("✓")


def test_a_whole_visit_on_a_database_of_an_earlier_version(installed: RunningAgent) -> None:
    signer = SigningReader()
    patient = card(datetime.now(UTC).date() + timedelta(days=900))
    installed.service.enroll(patient.sha256, UKETSUKE_TARO)
    old_database(installed.folder / "agent.sqlite3")
    port = free_port()
    config = installed.folder / "agent.toml"
    config.write_text(f"{config.read_text()}\n[api]\nport = {port}\n")
    with ReaderEnd(installed.folder, lambda: signer.next_seq) as reader:
        installed.start()
        reader.wait_up()
        visit = reader.ask(VisitOpened(os.urandom(16), CardKind.MY_NUMBER), VisitChallenge)
        reader.ask(patient.prove(visit), VisitOptions)
        signed = signer.sign(completed(visit.nonce, visit.visit_id, datetime.now(UTC)))
        reader.ask(signed, ResultAcknowledged)
        assert installed.take().person["Name"] == "受付　太郎"
        for page in ("/healthz", "/metrics"):
            assert httpx.get(f"http://127.0.0.1:{port}{page}").status_code == httpx.codes.OK
        assert (installed.stop(), logged(installed.log)) == (0, [])
