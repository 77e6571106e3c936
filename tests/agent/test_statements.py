"""The statements of the agent's modules are no single database's: another one could carry them out.

What only SQLite has stands in `agent/store.py` (decision 0028): its settings, and insertions that
say what happens where a row exists already, which PostgreSQL has in the same words.
"""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from sqlalchemy import Dialect, Executable, Table, column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.elements import ClauseElement

import agent
from agent.schema import METADATA

POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
NOT_IMPORTED = ("agent.__main__", "agent.migrations.")


def statements() -> Iterator[tuple[str, ClauseElement]]:
    """Those that a module keeps, by module and name."""
    for module in pkgutil.walk_packages(agent.__path__, "agent."):
        if not module.name.startswith(NOT_IMPORTED):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, ClauseElement) and isinstance(value, Executable):
                    yield f"{module.name}.{name}", value


def refused_by_postgresql(found: dict[str, ClauseElement]) -> set[str]:
    refused = set()
    for name, statement in found.items():
        try:
            statement.compile(dialect=POSTGRESQL)
        except (CompileError, AttributeError):  # of a clause that is another dialect's
            refused.add(name)
    return refused


def test_another_database_could_carry_out_every_statement() -> None:
    found = dict(statements())
    assert len(found) > 40
    assert refused_by_postgresql(found) == set()


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=str)
def test_another_database_could_hold_every_table(table: Table) -> None:
    made = CreateTable(table).compile(dialect=POSTGRESQL)
    assert f"CREATE TABLE {table.name}" in str(made)


def test_negative_control_what_only_sqlite_has() -> None:
    other = sqlite.insert(METADATA.tables["visits"]).on_conflict_do_nothing()
    assert refused_by_postgresql({"other": other, "ours": select(column("x"))}) == {"other"}
