"""The file that is sent to whoever helps: useful when all is broken, and without any patient."""

import errno
import io
import json
import os
import stat
import subprocess
import sys
import time
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
from tests.agent.world import AUDIENCE, INSTITUTION, VISIT_ID, SigningReader, card
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


STRANGE = [
    line + b"\n"
    for line in (
        '{"event":"started","at_ms":1.0,"unix_ms":2,"name":"受付　太郎"}'.encode(),
        '{"event":"受付　太郎","at_ms":1.0,"unix_ms":2}'.encode(),
        '{"event":"started","at_ms":1.0,"unix_ms":2,"detail":{"name":"受付　太郎"}}'.encode(),
        '{"event":"started","at_ms":1.0,"unix_ms":2,"visit":"受付　太郎"}'.encode(),
        "受付　太郎".encode(),
        '["started"]'.encode("utf-16"),
        b'{"event":"started","at_ms":1.0,"unix_ms":2,"detail":"\\ud800"}',
        b"[" * 5000,
        b"\xff",
    )
]
"""Lines that are no event of an agent."""


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
    kept_here = (*PERSONAL, patient.der.hex(), *secrets_of(tmp_path))
    assert not [each for each in kept_here if each in text]
    assert [each for each in PERSONAL if each in stored], "the control: there was something"
    assert "options_sent" in parts["journal.jsonl"]
    assert VISIT_ID.hex() in parts["journal.jsonl"]
    assert json.loads(parts["store.json"])["visits"] == 1
    assert json.loads(parts["configuration.json"])["eligibility"] == "http"
    assert len(json.loads(parts["pairings.json"])["readers"]) == 1
    assert json.loads(parts["versions.json"])["packages"]["uketsuke"] == "0.1.0"
    assert json.loads(parts["status.json"])["is_running"] is True
    assert stat.S_IMODE((tmp_path / "during.zip").stat().st_mode) == 0o600


def secrets_of(folder: Path) -> list[str]:
    """What must stay on this PC; all of it is there."""
    pairings = Pairings(folder / "pairings")
    (pairing,) = pairings.all()
    key = pairings.identity_of(pairing).read_text().splitlines()
    secrets = [b64encode(pairing.secret).decode(), *key, "127.0.0.1", AUDIENCE, INSTITUTION]
    there = "".join(path.read_text() for path in (folder / "pairings").iterdir())
    there += (folder / "agent.toml").read_text()
    assert not [each for each in secrets if each not in there]
    return [*secrets, pairing.secret.hex(), str(folder)]


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
    assert json.loads(parts["store.json"]) == {"error": "DatabaseError", "errno": None}
    assert json.loads(parts["pairings.json"]) == {"error": "ConfigError", "errno": None}
    unreadable = json.loads(parts["configuration.json"])["trust_root"]
    assert unreadable == {"file": "maker.pem", "error": "ConfigError", "errno": None}
    assert "has not run here" in parts["status.json"]
    told = {"error": "FileNotFoundError", "errno": "ENOENT"}
    assert json.loads(parts["journal.jsonl"]) == told
    # On a clinic's PC a folder may bear somebody's name.
    assert str(agent.folder) not in "".join(parts.values())


def test_only_the_end_of_a_journal_and_only_what_is_one(
    agent: RunningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnostics, "_JOURNAL_BYTES", len(b"".join(STRANGE)) + 400)
    good = '{"event":"started","at_ms":1.0,"unix_ms":2}\n'
    journal = agent.folder / "journal.jsonl"
    journal.write_bytes(good.encode() * 100 + b"".join(STRANGE) + good.encode())
    target = agent.folder / "bundle.zip"
    write_diagnostics(read_config(agent.folder / "agent.toml"), agent.folder / "none", target)
    kept = parts_of(target)["journal.jsonl"]
    assert set(kept.splitlines(keepends=True)) == {good}
    assert 5 < kept.count("started") < 12


def test_a_reception_files_name_stays_here(agent: RunningAgent) -> None:
    line = {"event": "reception_file_written", "at_ms": 1.0, "unix_ms": 2, "detail": "OQS_1.xml"}
    (agent.folder / "journal.jsonl").write_text(json.dumps(line) + "\n")
    target = agent.folder / "bundle.zip"
    write_diagnostics(read_config(agent.folder / "agent.toml"), agent.folder / "none", target)
    kept = json.loads(parts_of(target)["journal.jsonl"])
    assert kept == {"event": "reception_file_written", "at_ms": 1.0, "unix_ms": 2}


def test_on_a_pc_whose_clock_says_1970(
    agent: RunningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 0.0)
    target = agent.folder / "bundle.zip"
    write_diagnostics(read_config(agent.folder / "agent.toml"), agent.folder / "none", target)
    assert parts_of(target).keys() == PARTS


def test_of_a_file_that_cannot_be_written_nothing_is_left(
    agent: RunningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fdopen", lambda *_: FullDisk())
    target = agent.folder / "bundle.zip"
    with pytest.raises(OSError, match="No space"):
        write_diagnostics(read_config(agent.folder / "agent.toml"), agent.folder / "none", target)
    assert not target.exists()


def test_a_file_that_is_there_is_not_replaced(agent: RunningAgent) -> None:
    target = agent.folder / "bundle.zip"
    target.write_bytes(b"mine")
    ended = diagnose(agent, target)
    assert ended.returncode == 2
    assert ended.stderr == f"agent: {target}: File exists\n"
    assert target.read_bytes() == b"mine"
