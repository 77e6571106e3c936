"""The file that is sent to whoever helps: useful when all is broken, and without any patient."""

import json
import stat
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from agent import diagnostics
from agent.config import read_config
from agent.diagnostics import write_diagnostics
from agent.pairings import Pairings
from hostlink.messages import VisitChallenge, VisitOpened, VisitOptions
from hostlink.terms import CardKind
from tests.agent.reader_end import ReaderEnd
from tests.agent.running_agent import RunningAgent
from tests.agent.world import VISIT_ID, SigningReader, card
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService

PARTS = {
    "about.txt",
    "status.json",
    "journal.jsonl",
    "store.json",
    "configuration.json",
    "pairings.json",
    "versions.json",
}
PERSONAL = ("太郎", "ﾀﾛｳ", "01130012", "５６７８", "19550601", "架空町")


def parts_of(bundle: Path) -> dict[str, str]:
    with ZipFile(bundle) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def diagnose(agent: RunningAgent, target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent", "diagnostics", "--out", str(target)]
    command += ["--config", str(agent.folder / "agent.toml")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[RunningAgent]:
    with EligibilityService() as service:
        yield RunningAgent(tmp_path, service)


def test_while_it_serves_somebody(tmp_path: Path) -> None:
    """When the visit is open and the store holds all of the patient."""
    signer = SigningReader()
    with EligibilityService() as service, ReaderEnd(tmp_path, lambda: signer.next_seq) as reader:
        patient = card(datetime.now(UTC).date() + timedelta(days=900))
        service.enroll(patient.sha256, UKETSUKE_TARO)
        agent = RunningAgent(tmp_path, service)
        agent.start()
        reader.wait_up()
        visit = reader.ask(VisitOpened(VISIT_ID, CardKind.MY_NUMBER), VisitChallenge)
        reader.ask(patient.prove(visit), VisitOptions)
        ended = diagnose(agent, tmp_path / "during.zip")
        stored = agent.stored_bytes().decode(errors="ignore")
        agent.kill()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "No patient's data is in it" in ended.stdout
    parts = parts_of(tmp_path / "during.zip")
    assert parts.keys() == PARTS
    text = "\n".join(parts.values())
    assert not [each for each in (*PERSONAL, patient.der.hex()) if each in text]
    assert [each for each in PERSONAL if each in stored], "the control: there was something"
    assert "options_sent" in parts["journal.jsonl"]
    assert VISIT_ID.hex() in parts["journal.jsonl"]
    assert json.loads(parts["store.json"])["visits"] == 1
    assert json.loads(parts["configuration.json"])["eligibility"] == "http"
    assert len(json.loads(parts["pairings.json"])["readers"]) == 1
    assert json.loads(parts["versions.json"])["packages"]["uketsuke"] == "0.1.0"
    assert json.loads(parts["status.json"])["is_running"] is True
    assert stat.S_IMODE((tmp_path / "during.zip").stat().st_mode) == 0o600


def test_keys_secrets_and_addresses_stay_where_they_are(agent: RunningAgent) -> None:
    target = agent.folder / "bundle.zip"
    assert diagnose(agent, target).returncode == 0
    text = "\n".join(parts_of(target).values())
    (pairing,) = Pairings(agent.folder / "pairings").all()
    key = Pairings(agent.folder / "pairings").identity_of(pairing).read_text()
    secrets = [pairing.secret.hex(), b64encode(pairing.secret).decode(), "127.0.0.1"]
    assert not [each for each in (*secrets, *key.splitlines()) if each in text]


def test_of_an_agent_of_which_nothing_is_left_but_its_configuration(agent: RunningAgent) -> None:
    for name in ("maker.pem", "cards.pem"):
        (agent.folder / name).unlink()
    for path in (agent.folder / "pairings").glob("*.pairing"):
        path.write_bytes(b"damaged")
    (agent.folder / "agent.sqlite3").write_bytes(b"no database" * 1000)
    target = agent.folder / "bundle.zip"
    assert diagnose(agent, target).returncode == 0
    parts = parts_of(target)
    assert parts.keys() == PARTS
    assert "DatabaseError" in parts["store.json"]
    assert "cannot be read" in parts["pairings.json"]
    assert "maker.pem must be a readable PEM" in parts["configuration.json"]
    assert "has not run here" in parts["status.json"]
    assert "FileNotFoundError" in parts["journal.jsonl"]


def test_only_the_end_of_a_journal_and_only_what_is_one(
    agent: RunningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnostics, "_JOURNAL_BYTES", 400)
    good = '{"event": "started", "at_ms": 1.0}\n'
    strange = '{"event": "started", "name": "受付　太郎"}\n受付　太郎\n["started"]\n'
    journal = agent.folder / "journal.jsonl"
    journal.write_bytes((good * 100 + strange + good).encode() + b"\xff\n")
    target = agent.folder / "bundle.zip"
    write_diagnostics(read_config(agent.folder / "agent.toml"), agent.folder / "none", target)
    kept = parts_of(target)["journal.jsonl"]
    assert set(kept.splitlines(keepends=True)) == {good}
    assert 5 < kept.count("started") < 12


def test_a_file_that_is_there_is_not_replaced(agent: RunningAgent) -> None:
    target = agent.folder / "bundle.zip"
    target.write_bytes(b"mine")
    ended = diagnose(agent, target)
    assert ended.returncode == 2
    assert ended.stderr == f"agent: {target}: File exists\n"
    assert target.read_bytes() == b"mine"
