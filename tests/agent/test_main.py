"""The whole agent as a process: a real pty, a real link, a real HTTP service, a real folder."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.__main__ import main
from hostlink.messages import (
    ResultAcknowledged,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
    VisitRefused,
)
from hostlink.port import ByteStream
from hostlink.terms import CardKind, ConsentItem, FailureCode
from tests.agent.reader_end import ReaderEnd
from tests.agent.running_agent import PATIENCE_S, RunningAgent, logged
from tests.agent.world import (
    AUDIENCE,
    FAR_DATE,
    TODAY,
    Card,
    SigningReader,
    abandoned,
    card,
    completed,
    keys,
)
from tests.hw_sim.card.certificates import make_authority
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService


@pytest.fixture
def service() -> Iterator[EligibilityService]:
    with EligibilityService() as running:
        yield running


@pytest.fixture
def patient(service: EligibilityService) -> Card:
    person = card(datetime.now(UTC).date() + timedelta(days=900))
    service.enroll(person.sha256, UKETSUKE_TARO)
    return person


@pytest.fixture
def signer() -> SigningReader:
    return SigningReader()


@pytest.fixture
def reader(tmp_path: Path, signer: SigningReader) -> Iterator[ReaderEnd]:
    with ReaderEnd(tmp_path, lambda: signer.next_seq) as end:
        yield end


@pytest.fixture
def agent(tmp_path: Path, service: EligibilityService, reader: ReaderEnd) -> Iterator[RunningAgent]:
    running = RunningAgent(tmp_path, service)
    running.start()
    yield running
    running.kill()


def opened(reader: ReaderEnd) -> VisitChallenge:
    return reader.ask(VisitOpened(os.urandom(16), CardKind.MY_NUMBER), VisitChallenge)


def answered(reader: ReaderEnd, patient: Card) -> VisitChallenge:
    """What opened a visit whose card was proven and whose options were told."""
    challenge = opened(reader)
    reader.ask(patient.prove(challenge), VisitOptions)
    return challenge


def test_a_visit_from_challenge_to_reception_file(
    agent: RunningAgent, reader: ReaderEnd, patient: Card, signer: SigningReader
) -> None:
    hello = reader.wait_up()
    assert hello.audience == AUDIENCE
    assert abs(hello.unix_ms - time.time() * 1000) < 5_000
    challenge = opened(reader)

    options = reader.ask(patient.prove(challenge), VisitOptions)
    assert options.patient_name == "受付　太郎"
    assert options.is_registered
    assert ConsentItem.SURGERY in options.consents

    result = signer.sign(completed(challenge.nonce, challenge.visit_id, datetime.now(UTC)))
    assert reader.ask(result, ResultAcknowledged).seq == result.seq
    taken = agent.take()
    assert taken.person["Name"] == "受付　太郎"
    assert taken.person["OperationInfoConsFlg"] == "0"
    assert taken.person["PharmacistsInfoConsFlg"] == "1"

    agent.wait_for_event("visit_purged")
    assert "太郎".encode() not in agent.stored_bytes()
    assert (agent.stop(), logged(agent.log)) == (0, [])
    wanted = [
        "started", "link_up", "visit_opened", "identity_received", "eligibility_answered",
        "options_sent", "result_verified", "result_stored", "result_acknowledged",
    ]  # fmt: skip
    told = [event for event in agent.events() if event in wanted]
    assert told == wanted
    assert "reception_file_written" in agent.events()
    text = (agent.folder / "journal.jsonl").read_text()
    assert not any(secret in text for secret in ("太郎", "01130012", "５６７８", patient.der.hex()))


def test_the_answer_waits_for_its_result_over_a_kill(
    agent: RunningAgent, reader: ReaderEnd, patient: Card, signer: SigningReader
) -> None:
    reader.wait_up()
    challenge = answered(reader, patient)

    agent.kill()
    result = signer.sign(completed(challenge.nonce, challenge.visit_id, datetime.now(UTC)))
    agent.start()
    reader.wait_up()

    assert reader.ask(result, ResultAcknowledged).seq == result.seq
    assert agent.take().person["Name"] == "受付　太郎"
    agent.wait_for_event("visit_purged")
    assert "太郎".encode() not in agent.stored_bytes()


def test_an_unplugged_cable_costs_no_visit(
    agent: RunningAgent, reader: ReaderEnd, patient: Card, signer: SigningReader
) -> None:
    reader.wait_up()
    proof = patient.prove(opened(reader))
    first = reader.ask(proof, VisitOptions)

    reader.cable.unplug()
    reader.downs.get(timeout=PATIENCE_S)
    reader.cable.plug()
    reader.wait_up()

    again = reader.ask(VisitOpened(proof.visit_id, CardKind.MY_NUMBER), VisitChallenge)
    assert reader.ask(proof, VisitOptions) == first
    result = signer.sign(completed(again.nonce, again.visit_id, datetime.now(UTC)))
    reader.ask(result, ResultAcknowledged)
    agent.take()
    assert agent.events().count("link_down") == 1
    assert "alarm" not in agent.events()


def test_an_outage_of_the_source_ends(
    agent: RunningAgent, reader: ReaderEnd, patient: Card, service: EligibilityService
) -> None:
    reader.wait_up()
    proof = patient.prove(opened(reader))
    service.go_down()
    refused = reader.ask(proof, VisitRefused)
    assert refused.failure is FailureCode.ELIGIBILITY_UNREACHABLE
    service.come_back()
    assert reader.ask(proof, VisitOptions).visit_id == proof.visit_id


def test_a_missing_folder_loses_nothing(
    agent: RunningAgent, reader: ReaderEnd, patient: Card, signer: SigningReader
) -> None:
    reader.wait_up()
    agent.reception.rmdir()
    challenge = answered(reader, patient)
    result = signer.sign(completed(challenge.nonce, challenge.visit_id, datetime.now(UTC)))
    reader.ask(result, ResultAcknowledged)
    agent.wait_for_event("alarm")
    agent.kill()
    agent.start()

    agent.reception.mkdir()
    assert agent.take().header["ArbitraryFileIdentifier"] == challenge.visit_id.hex()


def test_a_patient_nobody_insures_and_a_card_nobody_issued(
    agent: RunningAgent, reader: ReaderEnd, service: EligibilityService
) -> None:
    reader.wait_up()
    nobody = card(FAR_DATE - timedelta(days=1))
    refused = reader.ask(nobody.prove(opened(reader)), VisitRefused)
    assert refused.failure is FailureCode.ELIGIBILITY_NOT_FOUND
    forged = card(
        FAR_DATE, make_authority(keys().key("stranger"), "user authentication", TODAY.date())
    )
    refused = reader.ask(forged.prove(opened(reader)), VisitRefused)
    assert refused.failure is FailureCode.CERTIFICATE_INVALID
    assert service.request_count == 1


def test_an_abandoned_visit_is_acknowledged_without_a_file(
    agent: RunningAgent, reader: ReaderEnd, patient: Card, signer: SigningReader
) -> None:
    reader.wait_up()
    challenge = answered(reader, patient)
    reader.ask(signer.sign(abandoned(challenge.nonce, challenge.visit_id)), ResultAcknowledged)
    agent.wait_for_event("visit_purged")
    assert list(agent.reception.glob("OQS*")) == []
    assert "太郎".encode() not in agent.stored_bytes()


def run_to_end(config: Path) -> tuple[int, list[str]]:
    """Its exit status and what it logged."""
    finished = subprocess.run(
        [sys.executable, "-m", "agent", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return finished.returncode, logged(finished.stderr)


def test_a_wrong_configuration_ends_with_2_and_one_sentence(
    tmp_path: Path, service: EligibilityService
) -> None:
    agent = RunningAgent(tmp_path, service)
    config = agent.folder / "agent.toml"
    good = config.read_text()
    config.write_text(good.replace('source = "http"', 'source = "os"'))
    assert run_to_end(config) == (
        2,
        ["agent.eligibility: no adapter is called 'os'; choose one of http, none, oqs_folder"],
    )
    config.write_text(good.replace("cards.pem", "nowhere.pem"))
    status, (sentence,) = run_to_end(config)
    assert status == 2
    assert "[card_trust] anchors" in sentence


def test_a_store_that_cannot_be_trusted_ends_with_3(
    tmp_path: Path, service: EligibilityService
) -> None:
    agent = RunningAgent(tmp_path, service)
    (agent.folder / "agent.sqlite3").write_bytes(b"no database" * 1000)
    status, (sentence,) = run_to_end(agent.folder / "agent.toml")
    assert status == 3
    assert "nothing more can be kept safely" in sentence
    assert [line["alarm"] for line in agent.journal()] == ["store_unavailable"]


def test_a_link_that_died_ends_with_4(
    tmp_path: Path,
    service: EligibilityService,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> ByteStream:
        raise ZeroDivisionError

    agent = RunningAgent(tmp_path, service)
    monkeypatch.setattr("agent.link.open_serial", fail)
    for name in ("leave_no_core", "write_notes_only"):
        monkeypatch.setattr(f"agent.__main__.{name}", lambda: None)
    monkeypatch.setattr("sys.argv", ["agent", "--config", str(agent.folder / "agent.toml")])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    assert main() == 4
    assert logged(capfd.readouterr().err)[1:] == [
        "stopped, the link to the reader ended by a fault"
    ]
    assert agent.events() == ["started", "alarm"]
    assert agent.journal()[-1]["alarm"] == "link_died"


def test_whoever_ends_it_before_it_serves_ends_it_well(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text("")
    program = (
        "import os, signal, agent.__main__ as main\n"
        "from agent.command_line import Task\n"
        "Task.carry_out = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        "main.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--config", str(tmp_path / "agent.toml")], check=False
    )
    assert done.returncode == 0


def test_a_pipe_that_lacks_a_character_gets_an_escape(
    tmp_path: Path, service: EligibilityService
) -> None:
    config = RunningAgent(tmp_path, service).folder / "agent.toml"
    named = config.read_text().replace("[link]\n", '[[readers]]\ncounter = "1番窓口"\n')
    config.write_text(named, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "agent", "doctor", "--config", str(config)],
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert b"reader at 1\\u756a\\u7a93\\u53e3: " in done.stdout
    assert b"Traceback" not in done.stderr
