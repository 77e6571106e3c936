"""Whether the doors to other software can be used, as far as each adapter can tell itself."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import agent.eligibility
import agent.patients
import agent.relays
from agent.adapters import examine_adapter
from agent.config import Config, PatientsTable, SourceTable
from agent.errors import ConfigError
from agent.finding import Finding
from agent.named import relays_of, source_of


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


def examine_relays(config: Config, folder: Path) -> Iterator[Finding]:
    """Each door of reception software, and whether the source has anything for it."""
    found = [
        finding.at(f"relay {table.label}")
        for table in config.relays
        for finding in examine_adapter(agent.relays, table.target, table.settings, folder)
    ]
    yield from found
    if not config.relays:
        yield Finding("relays: there is none, results are kept and handed to nobody")
    elif all(finding.is_well for finding in found):
        yield from _relays_without_use(config, folder)


def _relays_without_use(config: Config, folder: Path) -> Iterator[Finding]:
    """With these the agent does not start."""
    try:
        source = source_of(config, folder)
    except ConfigError:
        return  # told where the source is looked at
    with closing(source):
        try:
            relays_of(config, folder, source)
        except ConfigError as error:
            yield Finding.told_by(error)
