"""What the store promises: durable before it returns, all or nothing, or a clear refusal."""

import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from agent.errors import StoreUnavailableError
from agent.store import Store
from tests.interruptions.syscalls import TracedRun, run_traced

KEEP = "INSERT INTO conflicts VALUES (x'01', 1, x'02', 3)"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "agent.sqlite3")


def test_its_settings_are_the_durable_ones(store: Store) -> None:
    assert store.rows("PRAGMA journal_mode") == [("wal",)]
    assert store.rows("PRAGMA synchronous") == [(2,)]
    assert store.rows("PRAGMA secure_delete") == [(1,)]


def test_only_its_owner_can_read_it(store: Store, tmp_path: Path) -> None:
    assert (tmp_path / "agent.sqlite3").stat().st_mode & 0o077 == 0


def test_a_setting_that_does_not_hold_is_refused(tmp_path: Path) -> None:
    """A file that another connection holds open in rollback mode cannot become WAL."""
    path = tmp_path / "agent.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE other (x)")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailableError):
        Store(path, busy_timeout_ms=10)
    other.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "agent.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreUnavailableError):
        Store(path)


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.change(KEEP)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.rows("SELECT * FROM conflicts") == []


def test_a_part_that_fails_is_taken_back_alone(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.change(KEEP.replace("x'02'", "x'03'"))
            raise KeyError

    with store.transaction():
        store.change(KEEP)
        with pytest.raises(KeyError):
            fail()
    assert store.rows("SELECT cose FROM conflicts") == [(b"\x02",)]


def test_a_part_is_on_the_disk_when_the_whole_is(store: Store) -> None:
    looking = store.another()
    with store.transaction():
        with store.transaction():
            store.change(KEEP)
        assert looking.rows("SELECT * FROM conflicts") == []
    assert len(looking.rows("SELECT * FROM conflicts")) == 1


@pytest.mark.parametrize("is_another", [True, False])
def test_connections_of_one_process_wait_for_their_turn(tmp_path: Path, is_another: bool) -> None:
    """Negative control: two that know nothing of each other only find that the file is busy."""
    path = tmp_path / "agent.sqlite3"
    store = Store(path, busy_timeout_ms=0)
    other = store.another() if is_another else Store(path, busy_timeout_ms=0)
    with ThreadPoolExecutor(1) as thread:
        with store.transaction():
            changing = thread.submit(other.change, KEEP)
            with pytest.raises(TimeoutError if is_another else StoreUnavailableError):
                changing.result(timeout=0.1)
        if is_another:
            assert changing.result() == 1


def test_a_full_disk_is_told(store: Store) -> None:
    store.rows("PRAGMA max_page_count = 1")
    with pytest.raises(StoreUnavailableError):
        store.change("INSERT INTO conflicts VALUES (x'01', 1, zeroblob(100000), 3)")


def test_purging_waits_for_no_reader(store: Store, tmp_path: Path) -> None:
    """It would hold the writer's lock meanwhile, and the desk would wait with it."""
    store.change(KEEP)
    other = sqlite3.connect(tmp_path / "agent.sqlite3", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM conflicts").fetchall()
    store.change("DELETE FROM conflicts")

    started = time.monotonic()
    assert not store.forget_purged()
    assert time.monotonic() - started < 1
    assert store.rows("PRAGMA busy_timeout") == [(5_000,)]

    other.close()
    assert store.forget_purged()


def keep_then_acknowledge(folder: Path, synchronous: str) -> None:
    store = Store(folder / "agent.sqlite3")
    store.rows(f"PRAGMA synchronous = {synchronous}")
    acknowledgement = os.open(folder / "acknowledgement", os.O_WRONLY | os.O_CREAT)
    store.change(KEEP)
    os.write(acknowledgement, b"kept")


def is_synced_before_acknowledgement(run: TracedRun) -> bool:
    lines = run.log.splitlines()
    (told,) = [at for at, line in enumerate(lines) if "acknowledgement" in line]
    last_write = max(at for at, line in enumerate(lines[:told]) if "pwrite64" in line)
    return any("sync(" in line for line in lines[last_write:told])


@pytest.mark.parametrize(("synchronous", "is_durable"), [("FULL", True), ("NORMAL", False)])
def test_the_disk_has_it_before_anybody_is_told(
    tmp_path: Path, synchronous: str, is_durable: bool
) -> None:
    """NORMAL is the negative control: the same look at the system calls finds it."""
    run = run_traced(partial(keep_then_acknowledge, tmp_path, synchronous), tmp_path)
    assert run.status == 0
    assert is_synced_before_acknowledgement(run) == is_durable
