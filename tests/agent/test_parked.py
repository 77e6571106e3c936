"""Staff see what a receiver refused, and say what becomes of it, beside the running agent."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from agent import parked
from agent.config import Config, read_config
from agent.errors import RelayRefusedError, StoreUnavailableError
from agent.schema import DELIVERIES, RESULTS
from agent.store import Store, Value
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


MANY = 250
Row = dict[str, Value]
SeeTo = Callable[[Config, str | None, parked.Tell], None]
see_to = pytest.mark.parametrize("see_to", [parked.send_again, parked.give_up])
STILL_PARKED = "SELECT count(*) FROM deliveries WHERE is_done = 0"


@pytest.fixture
def many(tmp_path: Path) -> Store:
    """A store with many parked results."""
    (tmp_path / "agent.toml").write_text(CONFIG.format())
    store = Store(tmp_path / "agent.sqlite3")
    nobody_s: Row = {"cose": b"", "payload_hash": b"", "visit_id": b"", "nonce": b"", "outcome": 0}
    with store.transaction():
        for seq in range(MANY):
            key: Row = {"ueid": UEID, "seq": seq}
            times: Row = {"received_unix_ms": seq, "arrival": seq}
            store.change(store.insert(RESULTS), {**key, **nobody_s, **times})
            state: Row = {"relay": "web", "prepared": "", "is_done": 0, "parked": "HTTP 422"}
            store.change(store.insert(DELIVERIES), {**key, **state})
    return store


@see_to
def test_the_running_agent_can_write_between_a_hundred_and_the_next(
    many: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, see_to: SeeTo
) -> None:
    left = []

    def write(_: float) -> None:
        with closing(Store(tmp_path / "agent.sqlite3", busy_timeout_ms=0)) as agent:
            agent.change("INSERT INTO postponed VALUES (randomblob(16), x'', 0)")
            left.append(agent.rows(STILL_PARKED))

    monkeypatch.setattr(parked, "sleep", write)
    said: list[str] = []
    see_to(read_config(tmp_path / "agent.toml"), None, said.append)
    assert said[0].startswith(f"{MANY} ")
    assert left == [[(150,)], [(50,)]]
    assert many.rows(STILL_PARKED) == [(0,)]


def left_after_a_fault(many: Store, folder: Path, see_to: SeeTo) -> int:
    """How many are parked after the 151st could not be changed."""
    for change in ("DELETE", "UPDATE"):
        many.change(
            f"CREATE TRIGGER broken_{change} BEFORE {change} ON deliveries WHEN OLD.seq = 150"
            " BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    with pytest.raises(StoreUnavailableError):
        see_to(read_config(folder / "agent.toml"), None, print)
    ((left,),) = many.rows(STILL_PARKED)
    return int(left)


@see_to
def test_a_hundred_are_changed_together_or_none(
    many: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, see_to: SeeTo
) -> None:
    monkeypatch.setattr(parked, "sleep", lambda _: None)
    assert left_after_a_fault(many, tmp_path, see_to) == 150
    told = (tmp_path / "journal.jsonl").read_text().count("parcel_given_up")
    assert told == (100 if see_to is parked.give_up else 0), "no more than is true"


@see_to
def test_one_by_one_would_be_found_out(
    many: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, see_to: SeeTo
) -> None:
    """Negative control: a durable transaction for each, as many syncs of the disk."""
    monkeypatch.setattr(parked, "sleep", lambda _: None)
    monkeypatch.setattr(Store, "transaction", lambda _: nullcontext())
    assert left_after_a_fault(many, tmp_path, see_to) == 100
