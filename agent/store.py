"""The agent's SQLite file: settings that survive a power cut, its tables, its transactions.

WAL with `synchronous=FULL`: over replayed crash images it lost none of 429 acknowledged
commits, while WAL with NORMAL lost some in 223 of 357 images. A Python build may default to
either, so the settings are made and read back. `secure_delete` overwrites what is purged.

Source: facts/security.md §1 (decision 8), §5.1.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agent.errors import StoreUnavailableError
from agent.folders import keep_folder, sync_folder

Value = bytes | int | str | None
Values = Sequence[Value] | Mapping[str, Value]
Row = tuple[Any, ...]
"""SQLite's columns have no type that could be checked; the reader of a row knows them."""

BUSY_TIMEOUT_MS = 5_000
FULL = 2
LARGEST_INTEGER = 2**63 - 1
"""SQLite's integers are signed 64-bit."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS results (
    ueid BLOB NOT NULL, seq INTEGER NOT NULL,
    cose BLOB NOT NULL, payload_hash BLOB NOT NULL,
    visit_id BLOB NOT NULL, nonce BLOB NOT NULL, outcome INTEGER NOT NULL,
    received_unix_ms INTEGER NOT NULL,
    PRIMARY KEY (ueid, seq));
CREATE INDEX IF NOT EXISTS results_by_visit ON results (visit_id);
CREATE TABLE IF NOT EXISTS conflicts (
    ueid BLOB NOT NULL, seq INTEGER NOT NULL, cose BLOB NOT NULL,
    received_unix_ms INTEGER NOT NULL,
    PRIMARY KEY (ueid, seq, cose));
CREATE TABLE IF NOT EXISTS visits (
    visit_id BLOB PRIMARY KEY, nonce BLOB NOT NULL, card_kind INTEGER,
    opened_unix_ms INTEGER NOT NULL,
    challenge BLOB, replaced_challenge BLOB, identity BLOB, certificate BLOB, method INTEGER,
    record TEXT, options BLOB, offered BLOB, answered_unix_ms INTEGER);
CREATE TABLE IF NOT EXISTS postponed (
    visit_id BLOB PRIMARY KEY, certificate BLOB NOT NULL, since_unix_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    ueid BLOB NOT NULL, seq INTEGER NOT NULL, relay TEXT NOT NULL,
    prepared TEXT NOT NULL, is_done INTEGER NOT NULL,
    PRIMARY KEY (ueid, seq, relay));
"""


class Store:
    """One connection to the agent's database; used by one thread at a time.

    Args:
        path: The file; made when it is missing, readable for its owner only.
        busy_timeout_ms: Longest wait for another connection.

    Raises:
        StoreUnavailableError: The file cannot be opened with durable settings.
    """

    def __init__(self, path: Path, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self._busy_timeout_ms = busy_timeout_ms
        try:
            keep_folder(path.parent)
            path.touch(mode=0o600)
            self._connection = sqlite3.connect(
                path,
                timeout=busy_timeout_ms / 1000,
                isolation_level=None,
                check_same_thread=False,
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailableError(f"{path}: {error}") from error
        with self._guarded():
            self._require("journal_mode", "wal")
            self._require("synchronous", FULL)
            self._require("secure_delete", 1)
            self._connection.executescript(SCHEMA)
        # What a killed agent had written and not synced is seen now and could be lost yet, after
        # a reader was told that it is held. This makes all that is seen durable.
        self.forget_purged()
        try:
            # SQLite does so as well, but goes on when it fails.
            sync_folder(path.parent)
        except OSError as error:
            raise StoreUnavailableError(f"{path.parent}: {error}") from error

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Run one query and give back all its rows."""
        with self._guarded():
            return self._connection.execute(sql, values).fetchall()

    def change(self, sql: str, values: Values = ()) -> int:
        """Run one statement, durably unless inside `transaction`; return the rows changed."""
        with self._guarded():
            return self._connection.execute(sql, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside are on the disk together when it ends, or none is."""
        self.change("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self.change("COMMIT")

    def forget_purged(self) -> bool:
        """Bring the log into the file and cut it to nothing, so purged bytes are gone from both.

        Never waits for another connection: SQLite would hold the writer's lock meanwhile, and
        a patient at the reader would wait with it.

        Returns:
            False when another connection was reading; try again later.
        """
        self.rows("PRAGMA busy_timeout = 0")
        ((is_busy, _, _),) = self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        self.rows(f"PRAGMA busy_timeout = {self._busy_timeout_ms:d}")
        return not is_busy

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def _require(self, pragma: str, value: str | int) -> None:
        self._connection.execute(f"PRAGMA {pragma} = {value}")
        (setting,) = self._connection.execute(f"PRAGMA {pragma}").fetchone()
        if setting != value:
            raise StoreUnavailableError(f"{pragma} stays {setting} instead of {value}")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreUnavailableError(str(error)) from error
