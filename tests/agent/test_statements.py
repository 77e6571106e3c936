"""The statements of the agent's modules are no single database's: another one could carry them out.

What only SQLite has stands in `agent/store.py` (decision 0028): its settings, and insertions that
say what happens where a row exists already, which PostgreSQL has in the same words.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Dialect, Executable, Table, column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.elements import ClauseElement

import agent
from agent.api.clients import Client, Clients, Role
from agent.chosen_patients import ChosenPatients
from agent.inbox import Arrival, Inbox
from agent.known_relays import introduce_relays
from agent.papers import Paper, PaperKind, Papers
from agent.parcels import Parcel, Parcels
from agent.restore import _count_from_afar
from agent.schema import METADATA
from agent.store import Store, Values
from agent.visits import Visits
from hostlink.signing import verify_result
from tests.agent.world import (
    ROOTS,
    TODAY,
    VISIT_ID,
    HeardJournal,
    SigningReader,
    ToldClock,
    abandoned,
    options,
    receive_visit,
)
from tests.hostlink.pki import UEID

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


class HeardStore(Store):
    """Its upserts are PostgreSQL's, which SQLite carries out as well; it remembers them."""

    def __init__(self, path: Path) -> None:
        self.upserts: dict[str, str] = {}
        """By their table, as PostgreSQL is told them."""
        super().__init__(path)

    def insert(self, table: Table) -> sqlite.Insert:
        return postgresql.insert(table)  # type: ignore[return-value]

    def change(self, statement: Executable | str, values: Values | None = None) -> int:
        if isinstance(statement, postgresql.Insert):
            told = str(statement.compile(dialect=POSTGRESQL, column_keys=list(values or ())))
            self.upserts[str(statement.table)] = told
        return super().change(statement, values)


def lay_aside(store: Store) -> None:
    """A result under a number that another one has."""
    result = SigningReader().sign(abandoned())
    receipt = Inbox(store).keep(result.cose, verify_result(result.cose, ROOTS), TODAY)
    assert receipt.arrival is Arrival.CONFLICTING


def add_a_relay(store: Store) -> None:
    """A second one, at the agent's next start."""
    introduce_relays(store, ["oqs"])
    introduce_relays(store, ["oqs", "another"])


UPSERTS: tuple[Callable[[Store], object], ...] = (
    lambda store: receive_visit(store, SigningReader()),
    lay_aside,
    lambda store: Visits(store).postpone(b"certificate", options(), TODAY),
    lambda store: Parcels(store, ["oqs"]).keep(Parcel(UEID, 1, VISIT_ID, "oqs"), "token"),
    add_a_relay,
    lambda store: ChosenPatients(store, None, HeardJournal()).choose(VISIT_ID, "24434", TODAY),
    lambda store: Papers(store, (), TODAY - TODAY, HeardJournal()).record(
        Paper(b"p" * 16, PaperKind.QUALIFICATION_CERTIFICATE, TODAY)
    ),
    lambda store: Clients(store).enroll(Client("tester", Role.STAFF, None), ToldClock()),
    lambda store: _count_from_afar(store, TODAY, ToldClock()),
)


def targetless(upserts: dict[str, str]) -> list[str]:
    """Tables whose upsert takes any collision, also of another column, for the same row."""
    return [table for table, told in upserts.items() if "ON CONFLICT (" not in told]


def test_another_database_could_carry_out_every_upsert(tmp_path: Path) -> None:
    store = HeardStore(tmp_path / "agent.sqlite3")
    for upsert in UPSERTS:
        upsert(store)
    written = {
        table.lower()
        for path in Path(agent.__path__[0]).rglob("*.py")
        for table in re.findall(r"store\.insert\(([A-Z]+)\)", path.read_text("utf-8"))
    }
    assert len(written) > 8
    assert store.upserts.keys() == written, "each one that the agent has is made here"
    assert targetless(store.upserts) == []


def test_negative_control_an_upsert_without_a_target() -> None:
    insertion = postgresql.insert(METADATA.tables["results"]).on_conflict_do_nothing()
    assert targetless({"results": str(insertion.compile(dialect=POSTGRESQL))}) == ["results"]
