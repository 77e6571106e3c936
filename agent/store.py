"""The agent's database: settings that survive a power cut, its tables, its transactions.

It is SQLite on a local disk; the statements are SQLAlchemy's and would run elsewhere as well. What
only SQLite has stands in this file. WAL with `synchronous=FULL`: over replayed crash images it lost
none of 429 acknowledged commits, while WAL with NORMAL lost some in 223 of 357 images. A Python
build may default to either, so the settings are made and read back. `secure_delete` overwrites what
is purged.

Source: facts/security.md §1 (decision 8), §5.1.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Executable, Table, create_engine, inspect, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from agent.errors import StoreUnavailableError
from agent.folders import keep_folder, sync_folder
from agent.migrations import HEAD
from agent.schema import METADATA, VERSION

Value = bytes | int | str | None
Values = Mapping[str, Value | Sequence[bytes]]
Row = tuple[Any, ...]
"""A column's type is not checked where it is read; the reader of a row knows it."""

BUSY_TIMEOUT_MS = 5_000
FULL = 2
LARGEST_INTEGER = 2**63 - 1
"""Databases' integers are signed 64-bit."""
MIGRATIONS = Path(__file__).parent / "migrations"
_WHOLE = (("BEGIN IMMEDIATE",), ("COMMIT",), ("ROLLBACK",))
_PART = (("SAVEPOINT part",), ("RELEASE part",), ("ROLLBACK TO part", "RELEASE part"))
"""Begin, commit, roll back: of a transaction, and of one inside another."""


class Store:
    """One connection to the agent's database; used by one thread at a time.

    Args:
        path: The file; made when it is missing, readable for its owner only.
        busy_timeout_ms: Longest wait for another connection.

    Raises:
        StoreUnavailableError: The file cannot be opened with durable settings.
    """

    def __init__(self, path: Path, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self._path = path
        self._busy_timeout_ms = busy_timeout_ms
        self._turn = threading.Lock()
        """Of whoever writes, among the connections of this process."""
        self._is_writing = False
        try:
            keep_folder(path.parent)
            path.touch(mode=0o600)
        except OSError as error:
            raise StoreUnavailableError(f"{path}: {error}") from error
        with _guarded():
            self._connection = _connect(path, busy_timeout_ms)
            self._require("journal_mode", "wal")
            self._require("synchronous", FULL)
            self._require("secure_delete", 1)
            self._bring_up_to_date()
        # What a killed agent had written and not synced is seen now and could be lost yet, after
        # a reader was told that it is held. This makes all that is seen durable.
        self.forget_purged()
        try:
            # SQLite does so as well, but goes on when it fails.
            sync_folder(path.parent)
        except OSError as error:
            raise StoreUnavailableError(f"{path.parent}: {error}") from error

    def another(self) -> "Store":
        """Another connection to the same file, for another thread.

        The two take turns at writing: a connection that only knows that the file is busy would
        sleep and look again, up to 100 ms at a time.
        """
        other = Store(self._path, self._busy_timeout_ms)
        other._turn = self._turn
        return other

    def rows(self, statement: Executable | str, values: Values | None = None) -> list[Row]:
        """Run one query and give back all its rows.

        Args:
            statement: Plain SQL is for what this very database has, such as PRAGMA.
            values: Of the parameters by name.
        """
        with _guarded():
            found = self._connection.execute(_executable(statement), values)
            return [tuple(row) for row in found] if found.returns_rows else []

    def change(self, statement: Executable | str, values: Values | None = None) -> int:
        """Run one statement, durably unless inside `transaction`; return the rows changed."""
        with self._writing(), _guarded():
            return self._connection.execute(_executable(statement), values).rowcount

    def insert(self, table: Table) -> sqlite.Insert:
        """An insertion that can say what happens where the row exists already."""
        return sqlite.insert(table)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside are on the disk together when it ends, or none is.

        Inside another one it is a part of that: what fails in it is taken back alone, and what it
        changed is on the disk when the outer one ends.
        """
        begin, commit, roll_back = _PART if self._is_writing else _WHOLE
        with self._writing():
            self._run_all(begin)
            try:
                yield
            except BaseException:
                self._run_all(roll_back)
                raise
            self._run_all(commit)

    def forget_purged(self) -> bool:
        """Bring the log into the file and cut it to nothing, so purged bytes are gone from both.

        Never waits for another connection: SQLite would hold the writer's lock meanwhile, and
        a patient at the reader would wait with it.

        Returns:
            False when another connection was reading; try again later.
        """
        with self._writing():
            self.rows("PRAGMA busy_timeout = 0")
            ((is_busy, _, _),) = self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
            self.rows(f"PRAGMA busy_timeout = {self._busy_timeout_ms:d}")
        return not is_busy

    def copy_to(self, path: Path) -> None:
        """Copy all that is committed into a new file, while others go on writing into this one.

        Raises:
            StoreUnavailableError: It cannot be copied, or the copy is not sound.
        """
        own = self._connection.connection.driver_connection
        with _guarded(), closing(sqlite3.connect(path)) as copy:
            if own is not None:
                own.backup(copy)
            ((verdict,),) = copy.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok":
            raise StoreUnavailableError(f"its copy is not sound: {verdict}")

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Whoever writes already goes on."""
        if self._is_writing:
            yield
            return
        with self._turn:
            self._is_writing = True
            try:
                yield
            finally:
                self._is_writing = False

    def _run_all(self, statements: Iterable[str]) -> None:
        with _guarded():
            for statement in statements:
                self._connection.exec_driver_sql(statement)

    def _require(self, pragma: str, value: str | int) -> None:
        self._connection.exec_driver_sql(f"PRAGMA {pragma} = {value}").close()
        (setting,) = self._connection.exec_driver_sql(f"PRAGMA {pragma}").one()
        if setting != value:
            raise StoreUnavailableError(f"{pragma} stays {setting} instead of {value}")

    def _bring_up_to_date(self) -> None:
        """A new file gets all tables at once, an old one what it lacks."""
        present = set(inspect(self._connection).get_table_names())
        if present >= set(METADATA.tables) and self.rows(select(VERSION)) == [(HEAD,)]:
            return
        with self.transaction():
            # Another connection may have done it meanwhile.
            if not inspect(self._connection).get_table_names():
                METADATA.create_all(self._connection, checkfirst=False)
                self.change(VERSION.insert(), {"version_num": HEAD})
            else:
                self._migrate()

    def _migrate(self) -> None:
        # Loaded only where there is something to do: it takes longer than all else at the start.
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = self._connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreUnavailableError("it was made by a later version of the agent") from error


def _connect(path: Path, busy_timeout_ms: int) -> Connection:
    engine = create_engine(
        f"sqlite:///{path}",
        # Each statement stands alone, and transactions are begun by name.
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        connect_args={"timeout": busy_timeout_ms / 1000, "check_same_thread": False},
    )
    return engine.connect()


def _executable(statement: Executable | str) -> Executable:
    return text(statement) if isinstance(statement, str) else statement


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        # Its own text would show the values, which may name a patient.
        cause = getattr(error, "orig", None)
        raise StoreUnavailableError(str(cause or type(error).__name__)) from None
