"""Whether the doors to other software can be used, as far as each adapter can tell itself."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import agent.eligibility
import agent.patients
import agent.relays
from agent.adapters import examine_adapter
from agent.config import PatientsTable, RelayTable, SourceTable
from agent.finding import Finding


def examine_source(table: SourceTable, folder: Path) -> Iterator[Finding]:
    """Who is asked about insured persons."""
    for finding in examine_adapter(agent.eligibility, table.source, table.settings, folder):
        yield finding.at(f"eligibility {table.source}")


def examine_patients(table: PatientsTable | None, folder: Path) -> Iterator[Finding]:
    """The clinic's own list of patients, where there is one."""
    if table is None:
        return
    for finding in examine_adapter(agent.patients, table.source, table.settings, folder):
        yield finding.at(f"patients {table.source}")


def examine_relays(tables: Iterable[RelayTable], folder: Path) -> Iterator[Finding]:
    """Each door of reception software."""
    for table in tables:
        for finding in examine_adapter(agent.relays, table.target, table.settings, folder):
            yield finding.at(f"relay {table.label}")
    if not tables:
        yield Finding("relays: there is none, results are kept and handed to nobody")
