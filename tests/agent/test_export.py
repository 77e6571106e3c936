"""The audit trail holds every signed result, verifiable without the agent, and nobody's name."""

import csv
import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from agent.chain_check import files_of
from agent.chained_log import days_of
from agent.config import read_config
from agent.errors import StoreUnavailableError
from agent.export import write_audit_trail
from agent.inbox import Inbox
from agent.journal import Event, FileJournal
from agent.schema import RESULTS
from hostlink.messages import SignedResult
from hostlink.signing import verify_result
from tests.agent.delivery_bench import VISITS, Bench
from tests.agent.test_delivery import NAME_IN_STORE
from tests.agent.test_parked import CONFIG
from tests.agent.world import ROOTS, TODAY, SigningReader, ToldClock, abandoned, write_pem
from tests.hostlink.pki import MAKER, UEID


def export(folder: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent", "export", "--out", str(target)]
    command += ["--config", str(folder / "agent.toml")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.receive(*VISITS)
    write_pem(tmp_path / "root.pem", MAKER.leaf)
    (tmp_path / "agent.toml").write_text(CONFIG.format())
    return made


def keep(bench: Bench, result: SignedResult) -> None:
    Inbox(bench.store).keep(result.cose, verify_result(result.cose, ROOTS), TODAY)


def test_everything_is_there_and_verifies_by_itself(bench: Bench, tmp_path: Path) -> None:
    keep(bench, SigningReader(next_seq=5).sign(abandoned(visit_id=b"a later visit...")))
    keep(bench, SigningReader(next_seq=1).sign(replace(abandoned(), visit_id=b"of a clone......")))
    target = tmp_path / "trail.zip"
    ended = export(tmp_path, target)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "4 results" in ended.stdout
    assert target.stat().st_mode & 0o077 == 0
    with ZipFile(target) as bundle:
        bundle.extractall(tmp_path / "trail")
    text = (tmp_path / "trail" / "results.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["number"], row["outcome"], row["note"]) for row in rows] == [
        ("1", "completed", ""),
        ("1", "", "conflict"),
        ("2", "completed", ""),
        ("5", "abandoned", ""),
    ], "and a reader of the list sees that 3 and 4 are missing"
    assert {row["reader"] for row in rows} == {UEID.hex()}
    for row in rows:
        command = [sys.executable, "-m", "hostlink.verify", row["file"], "--trust", "root.pem"]
        subprocess.run(command, cwd=tmp_path / "trail", capture_output=True, check=True)


def test_the_journal_is_there_and_its_chain_can_be_followed_by_hand(
    bench: Bench, tmp_path: Path
) -> None:
    clock = ToldClock()
    journal = FileJournal(tmp_path / "journal.jsonl", clock)
    for _ in range(3):
        journal.record(Event.STARTED)
        journal.record(Event.STOPPED)
        clock.time += timedelta(days=1)
    assert export(tmp_path, tmp_path / "trail.zip").returncode == 0
    with ZipFile(tmp_path / "trail.zip") as bundle:
        names = [name for name in bundle.namelist() if name.startswith("journal/")]
        lines = [line for name in names for line in bundle.read(name).splitlines()]
        head = bundle.read("head.txt").decode()
    assert len(names) == 3
    before = "0" * 64
    for line in lines:
        assert json.loads(line)["before"] == before
        before = sha256(line).hexdigest()
    assert head == f"6:{before}\n"


def test_nobody_s_name_is_inside(bench: Bench, tmp_path: Path) -> None:
    assert NAME_IN_STORE in bench.bytes_on_disk(), "negative control"
    export(tmp_path, tmp_path / "trail.zip")
    with ZipFile(tmp_path / "trail.zip") as bundle:
        assert not [name for name in bundle.namelist() if NAME_IN_STORE in bundle.read(name)]


def test_a_file_that_is_there_stays(bench: Bench, tmp_path: Path) -> None:
    target = tmp_path / "trail.zip"
    target.write_bytes(b"an earlier one")
    ended = export(tmp_path, target)
    assert ended.returncode == 2
    assert "trail.zip: File exists" in ended.stderr
    assert target.read_bytes() == b"an earlier one"


def test_one_that_fails_leaves_nothing(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Midway: the next look into the store is refused."""

    def fail(*_: object) -> None:
        raise StoreUnavailableError("disk I/O error")

    monkeypatch.setattr("agent.export._results_of", fail)
    before = set(tmp_path.iterdir())
    with pytest.raises(StoreUnavailableError):
        write_audit_trail(read_config(tmp_path / "agent.toml"), tmp_path / "trail.zip")
    assert set(tmp_path.iterdir()) - before <= {tmp_path / "journal.lock"}


LARGE_BYTES = 20_000
LARGE_RESULTS = 1_000
LARGE_DAYS = 10
LEAST_LARGE = 30e6
"""Of all that together."""


def make_much(bench: Bench, folder: Path) -> None:
    """More than may be in memory, in many days of the journal and in one reader's results."""
    with bench.store.transaction():
        for seq in range(100, 100 + LARGE_RESULTS):
            bench.store.change(
                bench.store.insert(RESULTS),
                {
                    "ueid": UEID,
                    "seq": seq,
                    "cose": bytes(LARGE_BYTES),
                    "payload_hash": b"",
                    "visit_id": b"",
                    "nonce": b"",
                    "outcome": 1,
                    "received_unix_ms": seq,
                    "arrival": seq,
                },
            )
    clock = ToldClock()
    journal = FileJournal(folder / "journal.jsonl", clock)
    for _ in range(LARGE_DAYS):
        for _ in range(50):
            journal.record(Event.STARTED, detail="x" * LARGE_BYTES)
        clock.time += timedelta(days=1)
    journal.close()


def peak_bytes(work: Callable[[], object]) -> int:
    """Most memory that it took at a time."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_much_is_not_in_memory_at_once(bench: Bench, tmp_path: Path) -> None:
    make_much(bench, tmp_path)
    config, target = read_config(tmp_path / "agent.toml"), tmp_path / "trail.zip"
    assert len(days_of(config.journal)) == LARGE_DAYS - 1
    assert peak_bytes(lambda: write_audit_trail(config, target)) < LEAST_LARGE / 3
    with ZipFile(target) as bundle:
        assert len([name for name in bundle.namelist() if name.endswith(".cose")]) == 1_002

    def hold_all() -> list[object]:
        return [list(files_of(config.journal)), bench.store.rows("SELECT cose FROM results")]

    assert peak_bytes(hold_all) > LEAST_LARGE, "negative control"
