"""A database of any earlier version becomes what a new one is, and keeps what it held."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from agent.errors import StoreUnavailableError
from agent.migrations import HEAD
from agent.schema import METADATA
from agent.store import MIGRATIONS, Store

BEFORE_MIGRATIONS = """
CREATE TABLE results (
    ueid BLOB NOT NULL, seq INTEGER NOT NULL,
    cose BLOB NOT NULL, payload_hash BLOB NOT NULL,
    visit_id BLOB NOT NULL, nonce BLOB NOT NULL, outcome INTEGER NOT NULL,
    received_unix_ms INTEGER NOT NULL,
    PRIMARY KEY (ueid, seq));
CREATE INDEX results_by_visit ON results (visit_id);
CREATE TABLE deliveries (
    ueid BLOB NOT NULL, seq INTEGER NOT NULL, relay TEXT NOT NULL,
    prepared TEXT NOT NULL, is_done INTEGER NOT NULL,
    PRIMARY KEY (ueid, seq, relay));
INSERT INTO results VALUES (x'01', 7, x'02', x'03', x'04', x'05', 1, 6);
INSERT INTO deliveries VALUES (x'01', 7, 'oqs_folder', 'token', 1);
"""
"""As an agent left it that knew no migrations."""


def old_database(path: Path) -> Path:
    with sqlite3.connect(path) as old:
        old.executescript(BEFORE_MIGRATIONS)
    return path


def differences(path: Path) -> list[object]:
    """Between the tables of a file and those of the schema."""
    with create_engine(f"sqlite:///{path}").connect() as connection:
        # SQLite has one kind of integer, whatever a column calls it.
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return list(compare_metadata(context, METADATA))


def test_the_newest_step_is_known_without_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_new_database_has_the_tables_of_the_schema(tmp_path: Path) -> None:
    store = Store(tmp_path / "new.sqlite3")
    assert differences(tmp_path / "new.sqlite3") == []
    assert store.rows("SELECT * FROM alembic_version") == [(HEAD,)]


def test_an_old_database_gets_the_same_tables_and_keeps_its_rows(tmp_path: Path) -> None:
    path = old_database(tmp_path / "old.sqlite3")
    assert differences(path), "negative control"
    store = Store(path)
    assert differences(path) == []
    assert store.rows("SELECT * FROM alembic_version") == [(HEAD,)]
    assert store.rows("SELECT seq, received_unix_ms FROM results") == [(7, 6)]
    assert store.rows("SELECT prepared, is_done, parked FROM deliveries") == [("token", 1, None)]
    store.close()
    assert Store(path).rows("SELECT count(*) FROM results") == [(1,)]


def test_results_of_before_are_counted_in_the_order_they_were_stored(tmp_path: Path) -> None:
    path = old_database(tmp_path / "old.sqlite3")
    with sqlite3.connect(path) as old:
        for seq, stored in ((3, 9), (9, 4), (5, 9)):
            row = (b"\1", seq, b"", b"", b"", b"", 1, stored)
            old.execute("INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    found = Store(path).rows("SELECT seq, arrival FROM results ORDER BY arrival")
    assert found == [(9, 1), (7, 2), (3, 3), (5, 4)]


def test_a_step_that_fails_leaves_the_old_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old_database(tmp_path / "old.sqlite3")
    with sqlite3.connect(path) as old:
        old.execute("ALTER TABLE deliveries ADD COLUMN parked TEXT")
    before = old.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
    with pytest.raises(StoreUnavailableError, match="duplicate column"):
        Store(path)
    assert old.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall() == before


def test_a_database_of_a_later_agent_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "later.sqlite3"
    Store(path).change("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailableError, match="later version"):
        Store(path)
