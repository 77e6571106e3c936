"""A backup holds an agent whole, and a restored one neither loses silently nor delivers twice."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from agent.api.reading import AFTER
from agent.audit import verify
from agent.backup import write_backup
from agent.backup_file import Backup
from agent.clock import moment_of
from agent.config import read_config
from agent.errors import AgentError, BackupError
from agent.inbox import Inbox
from agent.journal import Alarm, Event, FileJournal
from agent.pairings import Pairings
from agent.restore import WHY, restore
from agent.store import Store, Value
from agent.visits import Visits
from hostlink.signing import verify_result
from hostlink.terms import CardKind
from tests.agent.command_line import CommandLine
from tests.agent.delivery_bench import DATABASE, VISITS, Bench
from tests.agent.paired import pair_with_reader
from tests.agent.test_delivery import NAME_IN_STORE, deliver_all
from tests.agent.test_delivery_sent import Receiver
from tests.agent.test_parked import CONFIG
from tests.agent.world import (
    ROOTS,
    TODAY,
    SigningReader,
    ToldClock,
    abandoned,
    receive_visit,
    write_pem,
)
from tests.hostlink.pki import MAKER, UEID

SECRET = b"a secret of 32 bytes or more, of nobody"
RELAYS = """
relays = [
    {{ target = "http_post", name = "web", url = "https://web.invalid", secret_file = "key" }},
    {{ target = "fhir", name = "other", url = "https://fhir.invalid" }},
]
"""


class Clinic:
    """A PC with an agent, and one beside it on which there is none yet."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.other = folder / "pc", folder / "another pc"
        for each in (self.folder, self.other):
            each.mkdir()
        text = CONFIG[: CONFIG.index("relays")] + RELAYS
        self.config_file = self.folder / "agent.toml"
        self.config_file.write_text(text.format())
        for name in ("root.pem", "one.pem"):
            write_pem(self.folder / name, MAKER.leaf)
        (self.folder / "key").write_bytes(SECRET)
        pair_with_reader(self.folder / "pairings")
        self.reader = SigningReader()
        self.bench = Bench(self.folder)
        self.journal = FileJournal(self.folder / "journal.jsonl", ToldClock())
        self.backup = folder / "backup.zip"

    def receive(self, *visits: bytes) -> None:
        for visit in visits:
            result = receive_visit(self.bench.store, self.reader, visit)
            self.journal.record(Event.RESULT_STORED, visit=visit, seq=result.seq)

    def back_up(self) -> None:
        write_backup(read_config(self.config_file), self.config_file, self.backup)

    def restore(self) -> str:
        said: list[str] = []
        restore(self.other / "agent.toml", self.backup, said.append)
        return "\n".join(said)

    def verify(self, folder: Path) -> tuple[bool, str]:
        said: list[str] = []
        is_sound = verify(read_config(folder / "agent.toml"), None, said.append)
        return is_sound, "\n".join(said)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path)


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_all_is_there_again(clinic: Clinic) -> None:
    clinic.receive(*VISITS)
    clinic.back_up()
    assert stat.S_IMODE(clinic.backup.stat().st_mode) == 0o600
    said = clinic.restore()
    assert "everything is as it was at" in said
    before, after = files(clinic.folder), files(clinic.other)
    of_the_tests = {f"{DATABASE}-wal", f"{DATABASE}-shm", "pairings/an_agent.key"}
    assert before.keys() - after.keys() <= of_the_tests
    same = {name for name in before if before[name] == after.get(name)}
    assert {"agent.toml", "root.pem", "one.pem", "key"} <= same
    assert after["journal.2026-11-22.00000001.jsonl"] == before["journal.jsonl"]
    assert stat.S_IMODE((clinic.other / "pairings").stat().st_mode) == 0o700
    (pairing,) = Pairings(clinic.other / "pairings").all()
    assert Pairings(clinic.other / "pairings").identity_of(pairing).exists()
    assert all(
        path.stat().st_mode & 0o077 == 0 for path in clinic.other.rglob("*") if path.is_file()
    )
    is_sound, told = clinic.verify(clinic.other)
    assert is_sound, told
    assert "all was restored from a backup" in told
    assert "2 results" in told


def test_it_is_made_beside_a_running_agent(clinic: Clinic) -> None:
    """Whose transaction is under way, and not a part of it."""
    clinic.receive(VISITS[0])
    with clinic.bench.store.transaction():
        clinic.bench.store.change("DELETE FROM results")
        clinic.back_up()
    clinic.restore()
    with closing(Store(clinic.other / DATABASE)) as store:
        assert store.rows("SELECT count(*) FROM results") == [(1,)]


def test_a_copied_file_of_a_running_agent_is_not_whole(clinic: Clinic, tmp_path: Path) -> None:
    """Negative control: what a backup program does that copies the file."""
    clinic.receive(*VISITS)
    (tmp_path / "copy").write_bytes((clinic.folder / DATABASE).read_bytes())
    with closing(sqlite3.connect(tmp_path / "copy")) as copied:
        assert copied.execute("SELECT count(*) FROM results").fetchone() == (0,)


def test_nothing_is_delivered_twice_after_a_restoration(clinic: Clinic) -> None:
    clinic.receive(*VISITS)
    clinic.back_up()
    receiver = Receiver([])
    assert deliver_all(clinic.bench.delivery(web=receiver, other=Receiver([])))
    assert len(receiver.held) == len(VISITS), "delivered after the backup"
    assert "4 deliveries wait for you" in clinic.restore()

    with closing(Store(clinic.other / DATABASE)) as clinic.bench.store:
        restored = clinic.bench.delivery(web=receiver, other=Receiver([]))
        assert restored.outstanding() == []
        assert {(each.seq, each.relay, each.why) for each in restored.parked()} == {
            (seq, relay, WHY) for seq in (1, 2) for relay in ("web", "other")
        }
        web = [each for each in restored.parked() if each.relay == "web"]
        restored.replay(web)
        assert len(restored.outstanding()) == 2, "staff wanted them sent again"


def test_without_parking_it_would_be_delivered_twice(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr("agent.restore._settle", lambda *_: 0)
    clinic.receive(*VISITS)
    clinic.back_up()
    clinic.restore()
    with closing(Store(clinic.other / DATABASE)) as clinic.bench.store:
        assert len(clinic.bench.delivery(web=Receiver([])).outstanding()) == 2


def test_a_result_without_an_answer_yet_is_not_delivered_by_itself_either(clinic: Clinic) -> None:
    """It was to be asked about later (decision 0025), and may have been."""
    clinic.receive(VISITS[0])
    clinic.bench.store.change("UPDATE visits SET answered_unix_ms = NULL")
    clinic.back_up()
    clinic.restore()
    with closing(Store(clinic.other / DATABASE)) as clinic.bench.store:
        clinic.bench.store.change("UPDATE visits SET answered_unix_ms = 1")
        assert clinic.bench.delivery(web=Receiver([])).outstanding() == []


def test_what_was_settled_before_the_backup_stays_so(clinic: Clinic) -> None:
    clinic.receive(VISITS[0])
    deliver_all(clinic.bench.delivery(web=Receiver([])))
    clinic.receive(VISITS[1])
    clinic.bench.store.change("UPDATE deliveries SET is_done = 1")
    clinic.back_up()
    assert "wait for you" in clinic.restore()
    with closing(Store(clinic.other / DATABASE)) as store:
        assert store.rows("SELECT seq FROM deliveries WHERE is_done = 1") == [(1,)]


def test_visits_that_had_no_result_are_forgotten(clinic: Clinic) -> None:
    """Their results came since, or come as an alarm."""
    Visits(clinic.bench.store).challenge(bytes(16), CardKind.MY_NUMBER, TODAY)
    clinic.back_up()
    assert "wait for you" not in clinic.restore()
    with closing(Store(clinic.other / DATABASE)) as store:
        assert store.rows("SELECT count(*) FROM visits") == [(0,)]


def test_a_reader_that_is_ahead_is_told_by_an_alarm_and_by_verify(clinic: Clinic) -> None:
    clinic.receive(VISITS[0])
    clinic.back_up()
    clinic.receive(VISITS[1])
    clinic.restore()
    with closing(Store(clinic.other / DATABASE)) as store:
        inbox = Inbox(store)
        assert inbox.highest_seq(UEID) < clinic.reader.next_seq
        later = clinic.reader.sign(abandoned(visit_id=b"after the restor"))
        receipt = inbox.keep(later.cose, verify_result(later.cose, ROOTS), TODAY)
        assert receipt.alarms == (Alarm.RESULT_GAP,)
    is_sound, told = clinic.verify(clinic.other)
    assert not is_sound
    assert "result 2 is missing" in told


def told_to_a_reader_of_results(clinic: Clinic) -> list[int]:
    """Numbers of the results that software on the PC is told after a restoration.

    It had read one that the backup does not hold.
    """
    clinic.receive(VISITS[0])
    clinic.back_up()
    clinic.receive(VISITS[1])
    read: dict[str, Value] = {"after": 0, "most": 100}
    (*_, (_, _, cursor, *_)) = clinic.bench.store.rows(AFTER, read)
    clinic.restore()
    with closing(Store(clinic.other / DATABASE)) as store:
        assert store.rows("SELECT arrival FROM results") == [(1,)], "what is there keeps its number"
        for _ in range(2):
            new = clinic.reader.sign(abandoned())
            Inbox(store).keep(new.cose, verify_result(new.cose, ROOTS), TODAY)
        return [row[1] for row in store.rows(AFTER, {**read, "after": cursor})]


def test_software_that_had_read_on_since_misses_nothing_new(clinic: Clinic) -> None:
    assert told_to_a_reader_of_results(clinic) == [3, 4]


def test_counted_on_from_the_backup_it_would_miss_some(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr("agent.restore._count_from_afar", lambda *_: None)
    assert told_to_a_reader_of_results(clinic) == [4]


def test_nor_where_the_new_pc_does_not_know_the_time(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.restore.SystemClock", lambda: ToldClock(moment_of(0)))
    assert told_to_a_reader_of_results(clinic) == [3, 4]


def test_a_damaged_backup_is_refused_wherever_it_is_damaged(clinic: Clinic) -> None:
    clinic.receive(VISITS[0])
    clinic.back_up()
    whole, good = clinic.backup.read_bytes(), parts_of(clinic.backup)
    assert good is not None
    refused = 0
    for place in range(0, len(whole), len(whole) // 150):
        clinic.backup.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        found = parts_of(clinic.backup)
        assert found in (None, good), place
        refused += found is None
    assert refused > 120
    clinic.backup.write_bytes(whole[:-40])
    with pytest.raises(BackupError, match="take another one"):
        clinic.restore()
    assert list(clinic.other.iterdir()) == []


def parts_of(path: Path) -> dict[str, bytes] | None:
    """All parts; none: it is refused. (A byte of `about.txt` may be another one.)"""
    try:
        with closing(Backup(path)) as backup:
            return {name: backup.read(name) for name in backup.names}
    except BackupError:
        return None


@pytest.mark.parametrize(
    "there",
    ["agent.toml", DATABASE, f"{DATABASE}-wal", "journal.jsonl", "root.pem", "pairings/x.pairing"],
)
def test_nothing_is_overwritten(clinic: Clinic, there: str) -> None:
    clinic.receive(VISITS[0])
    clinic.back_up()
    mine = clinic.other / there
    mine.parent.mkdir(exist_ok=True)
    mine.write_bytes(b"mine")
    with pytest.raises(BackupError, match="is there already"):
        clinic.restore()
    assert files(clinic.other) == {there: b"mine"}


def test_a_certificate_that_lies_there_already_is_no_hindrance(clinic: Clinic) -> None:
    clinic.back_up()
    write_pem(clinic.other / "root.pem", MAKER.leaf)
    clinic.restore()


@pytest.mark.parametrize("fails_at", range(8))
def test_a_disk_that_fails_leaves_nothing_behind(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    clinic.receive(VISITS[0])
    clinic.back_up()
    replace, calls = Path.replace, []

    def fail_later(path: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) > fails_at:
            raise OSError(28, "No space left on device", str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fail_later)
    with pytest.raises(BackupError, match="No space left"):
        clinic.restore()
    assert files(clinic.other) == {}


def test_a_backup_that_cannot_be_written_leaves_nothing(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(AgentError):
        clinic.back_up()
    assert {path.name for path in clinic.backup.parent.iterdir()} == {"pc", "another pc"}
    assert not list(clinic.folder.glob("backup-*"))


def test_on_the_command_line(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    staff = CommandLine(monkeypatch, capsys)
    clinic.receive(VISITS[0])
    at, there = clinic.config_file, clinic.other / "agent.toml"
    done = staff.run("backup", "--config", at, "--out", clinic.backup)
    assert (done.status, done.err) == (0, "")
    assert "It holds keys and patients' data." in done.out
    with ZipFile(clinic.backup) as bundle:
        assert b"names and insurance of visits" in bundle.read("about.txt")
        assert NAME_IN_STORE in bundle.read("store.sqlite3"), "the control of that sentence"
    done = staff.run("backup", "--config", at, "--out", clinic.backup)
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "it is there already" in done.err
    done = staff.run("restore", "--config", there, "--from", clinic.backup)
    assert (done.status, done.err) == (0, "")
    assert WHY in staff.run("relays", "--config", there).out
