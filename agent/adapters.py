"""Finds an adapter by its name in the configuration: the file of that name in its folder.

Nothing has to be registered, and nothing outside the folder can be named, so a configuration
cannot import arbitrary code. An adapter file has a `Settings` table and a function
`create(settings)`; `port`, `errors` and names that begin with `_` are no adapters. It may have a
function `examine(settings)` that returns findings for `python -m agent doctor`.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from agent.errors import ConfigError
from agent.finding import Finding
from agent.tables import Table, read_table


def create_adapter(
    package: ModuleType, name: str, settings: Mapping[str, object], folder: Path
) -> object:
    """Make the adapter `name` of a package such as `agent.relays`.

    Args:
        package: The package whose modules may be named.
        name: File name without `.py`.
        settings: What the configuration says to this adapter.
        folder: Where relative paths in the settings start.

    Returns:
        What the adapter's `create` gives: an object of the package's port.

    Raises:
        ConfigError: No such adapter, a package it needs is missing, or settings it cannot use.
    """
    adapter, table = _found(package, name, settings, folder)
    made: object = adapter.create(table)
    return made


def examine_adapter(
    package: ModuleType, name: str, settings: Mapping[str, object], folder: Path
) -> Sequence[Finding]:
    """Make the adapter, give it back, and ask its file what it finds; see `create_adapter`."""
    try:
        adapter, table = _found(package, name, settings, folder)
        made = adapter.create(table)
    except ConfigError as error:
        return [Finding.told_by(error)]
    if hasattr(made, "close"):
        made.close()
    if not hasattr(adapter, "examine"):
        return [Finding("can be used")]
    findings: Sequence[Finding] = adapter.examine(table)
    return findings


def settings_of(
    package: ModuleType, name: str, settings: Mapping[str, object], folder: Path
) -> Table:
    """The settings of an adapter that is not made; see `create_adapter`."""
    _, table = _found(package, name, settings, folder)
    return table


def adapters_in(package: ModuleType) -> list[str]:
    """Names that the configuration may say."""
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    return sorted(each for each in modules - {"port", "errors"} if not each.startswith("_"))


def _found(
    package: ModuleType, name: str, settings: Mapping[str, object], folder: Path
) -> tuple[Any, Table]:
    """The adapter's module and its settings."""
    known = adapters_in(package)
    if name not in known:
        raise ConfigError(
            f"{package.__name__}: no adapter is called {name!r}; choose one of {', '.join(known)}"
        )
    try:
        adapter = importlib.import_module(f"{package.__name__}.{name}")
    except ImportError as error:
        raise ConfigError(
            f"{package.__name__}: {name} needs the Python package {error.name!r}"
        ) from error
    table: Table = read_table(settings, adapter.Settings, folder, f"settings of {name}")
    return adapter, table
