"""Staff see what a receiver refused, and say what becomes of it, beside the running agent."""

import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import RelayRefusedError
from agent.store import Store
from tests.agent.delivery_bench import VISITS, Bench
from tests.agent.test_delivery import NAME_IN_STORE, deliver_all
from tests.agent.test_delivery_sent import Receiver
from tests.hostlink.pki import UEID

CONFIG = """\
audience = "clinic-0000000-test"
medical_institution_code = "1311234567"
pairings = "pairings"
trust_root = "root.pem"
journal = "journal.jsonl"
link = {{ port = "/dev/ttyACM0" }}
card_trust = {{ anchors = ["one.pem"] }}
store = {{ path = "agent.sqlite3" }}
eligibility = {{ source = "http", url = "http://127.0.0.1:8080" }}
relays = [{{ target = "http_post", name = "web" }}, {{ target = "fhir", name = "other" }}]
"""


@pytest.fixture
def receiver() -> Receiver:
    return Receiver([RelayRefusedError("HTTP 422"), RelayRefusedError("HTTP 413")])


@pytest.fixture
def bench(tmp_path: Path, receiver: Receiver) -> Bench:
    made = Bench(tmp_path)
    made.receive(*VISITS)
    deliver_all(made.delivery(web=receiver))
    (tmp_path / "agent.toml").write_text(CONFIG.format())
    return made


def ask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent", "relays", "--config", str(folder / "agent.toml")]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


def staff(folder: Path, *arguments: str) -> str:
    done = ask(folder, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.parametrize("what", ["--send-again", "--give-up"])
def test_a_relay_that_nobody_configured_is_a_mistake(
    bench: Bench, tmp_path: Path, what: str
) -> None:
    done = ask(tmp_path, "--relay", "webb", what)
    assert done.returncode == 2
    assert "name one of web, other" in done.stderr
    assert len(staff(tmp_path).splitlines()) == 2


def test_an_agent_that_never_ran_has_nothing_to_tell(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text(CONFIG.format())
    done = ask(tmp_path)
    assert done.returncode == 2
    assert "has not run here" in done.stderr
    assert not (tmp_path / "agent.sqlite3").exists()


def test_what_is_parked_is_shown_without_a_name(bench: Bench, tmp_path: Path) -> None:
    assert staff(tmp_path).splitlines() == [
        f"web: result 1 of reader {UEID.hex()}: HTTP 422",
        f"web: result 2 of reader {UEID.hex()}: HTTP 413",
    ]
    assert staff(tmp_path, "--relay", "other") == "no result is parked"


def test_it_is_sent_again(bench: Bench, tmp_path: Path, receiver: Receiver) -> None:
    assert staff(tmp_path, "--send-again", "--relay", "other") == "0 to be sent again"
    assert staff(tmp_path, "--send-again") == "2 to be sent again"
    assert deliver_all(bench.delivery(web=receiver))
    assert len(receiver.held) == len(VISITS)
    assert staff(tmp_path) == "no result is parked"


def test_it_is_given_up(bench: Bench, tmp_path: Path, receiver: Receiver) -> None:
    assert staff(tmp_path, "--give-up") == "2 given up"
    assert deliver_all(bench.delivery(web=receiver))
    assert receiver.held == set()
    assert NAME_IN_STORE not in bench.bytes_on_disk()
    assert Store(tmp_path / "agent.sqlite3").rows("SELECT count(*) FROM results") == [(2,)]
    assert "parcel_given_up" in (tmp_path / "journal.jsonl").read_text()
