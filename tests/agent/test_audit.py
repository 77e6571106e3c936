"""`verify` finds what was taken out of the store or the journal, and says how to keep a head."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from agent import result_check
from agent.audit import verify
from agent.config import read_config
from agent.errors import ConfigError
from agent.inbox import Inbox
from agent.journal import Event, FileJournal
from hostlink.messages import SignedResult
from hostlink.signing import verify_result
from tests.agent.command_line import CommandLine
from tests.agent.delivery_bench import DATABASE, VISITS, Bench
from tests.agent.test_parked import CONFIG
from tests.agent.world import ROOTS, TODAY, SigningReader, ToldClock, abandoned, write_pem
from tests.hostlink.pki import MAKER, STRANGE_READER, UEID

CHANGES = {
    "the last result is taken out": (
        "DELETE FROM results WHERE seq = 2",
        "was stored and is not there any more",
    ),
    "a result is taken out": ("DELETE FROM results WHERE seq = 1", "was stored and is not there"),
    "a byte of a result is another": (
        "UPDATE results SET cose = CAST(substr(cose, 1, 300) || x'00' || substr(cose, 302) AS BLOB)"
        " WHERE seq = 2",
        "is not genuine",
    ),
    "a result is no bytes": ("UPDATE results SET cose = 7 WHERE seq = 1", "is not genuine: not_c"),
    "a result stands under another number": (
        "UPDATE results SET seq = 3 WHERE seq = 2",
        "is kept under what it does not say",
    ),
    "a hash is another": (
        "UPDATE results SET payload_hash = zeroblob(32) WHERE seq = 1",
        "is kept under what it does not say",
    ),
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.receive(*VISITS)
    journal = FileJournal(tmp_path / "journal.jsonl", ToldClock())
    for seq, visit in enumerate(VISITS, 1):
        journal.record(Event.RESULT_STORED, visit=visit, seq=seq)
    write_pem(tmp_path / "root.pem", MAKER.leaf)
    (tmp_path / "agent.toml").write_text(CONFIG.format())
    return made


def verified(folder: Path, kept: str | None = None) -> tuple[bool, str]:
    said: list[str] = []
    is_sound = verify(read_config(folder / "agent.toml"), kept, said.append)
    return is_sound, "\n".join(said)


def keep(bench: Bench, *results: SignedResult) -> None:
    for result in results:
        Inbox(bench.store).keep(result.cose, verify_result(result.cose, ROOTS), TODAY)


@pytest.fixture
def auditor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


def test_a_sound_agent_tells_a_head_that_can_be_kept(
    bench: Bench, tmp_path: Path, auditor: CommandLine
) -> None:
    command = ("verify", "--config", tmp_path / "agent.toml")
    done = auditor.run(*command)
    assert (done.status, done.err) == (0, "")
    sound, head = done.out.splitlines()
    assert sound == "Sound: the journal, which ends with number 2, and 2 results."
    kept = head.removeprefix("Head of the journal: ")
    journal = tmp_path / "journal.jsonl"
    first, last = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(first)
    assert auditor.run(*command).status == 0, "the control: the end cannot be missed without a head"
    done = auditor.run(*command, "--head", kept)
    assert done.status == 1
    assert "FAULT: number 2, whose head you kept, is cut off" in done.out
    journal.write_bytes(first + last)
    assert verified(tmp_path, kept[:20])[0]


@pytest.mark.parametrize("kept", ["2", "2:", "2:abc", "x" * 70, "2:" + "g" * 64])
def test_what_is_no_head_is_told(bench: Bench, tmp_path: Path, kept: str) -> None:
    with pytest.raises(ConfigError, match="number, colon and hash"):
        verified(tmp_path, kept)


@pytest.mark.parametrize("change", CHANGES)
def test_a_store_that_was_changed_is_found_out(bench: Bench, tmp_path: Path, change: str) -> None:
    statement, sentence = CHANGES[change]
    with sqlite3.connect(tmp_path / DATABASE) as store:
        assert store.execute(statement).rowcount == 1
    is_sound, said = verified(tmp_path)
    assert not is_sound
    assert sentence in said


def test_what_a_reader_never_sent_or_sent_twice(bench: Bench, tmp_path: Path) -> None:
    keep(bench, SigningReader(next_seq=5).sign(abandoned(visit_id=b"a later visit...")))
    keep(bench, SigningReader(next_seq=1).sign(replace(abandoned(), visit_id=b"of a clone......")))
    is_sound, said = verified(tmp_path)
    assert not is_sound
    assert f"reader {UEID.hex()}: results 3 to 4 are missing" in said
    assert "result 1 is contradicted by another" in said


def test_a_result_that_follows_another_past(bench: Bench, tmp_path: Path) -> None:
    keep(bench, SigningReader(next_seq=3).sign(abandoned(visit_id=b"a later visit...")))
    assert "result 3 does not follow the one before it here" in verified(tmp_path)[1]


def test_a_strangers_result(bench: Bench, tmp_path: Path) -> None:
    forged = SigningReader(STRANGE_READER, next_seq=2).sign(abandoned())
    with sqlite3.connect(tmp_path / DATABASE) as store:
        store.execute("UPDATE results SET cose = ? WHERE seq = 2", (forged.cose,))
    assert "result 2 is not genuine" in verified(tmp_path)[1]


def test_results_are_read_a_few_at_a_time(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_check, "NEXT_RESULTS", result_check.NEXT_RESULTS.limit(1))
    assert "2 results" in verified(tmp_path)[1]


def test_an_agent_that_never_ran(tmp_path: Path, auditor: CommandLine) -> None:
    write_pem(tmp_path / "root.pem", MAKER.leaf)
    (tmp_path / "agent.toml").write_text(CONFIG.format())
    before = sorted(tmp_path.iterdir())
    command = ("verify", "--config", tmp_path / "agent.toml")
    done = auditor.run(*command)
    assert (done.status, done.out) == (1, "The agent has not run here yet.\n")
    for other in ("clients", "export"):
        assert auditor.run(other, "--config", tmp_path / "agent.toml").status == 2
    assert sorted(tmp_path.iterdir()) == before, "none of them made what an agent makes"
    done = auditor.run(*command, "--head", f"2:{'0' * 64}")
    assert done.status == 2, "somebody knows that it ran"
    assert "there is no store" in done.err


def test_an_agent_whose_journal_was_taken_away(
    bench: Bench, tmp_path: Path, auditor: CommandLine
) -> None:
    (tmp_path / "journal.jsonl").unlink()
    done = auditor.run("verify", "--config", tmp_path / "agent.toml")
    assert done.status == 1
    assert "FAULT" in done.out
