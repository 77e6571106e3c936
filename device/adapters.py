"""Finds an adapter by its name in the configuration: the file of that name in its folder.

Nothing has to be registered, and nothing outside the folder can be named, so a configuration
cannot import arbitrary code (architecture decision 3). An adapter file has a `Settings` table
and a function `create(settings)`.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from device.errors import ConfigurationError
from device.tables import read_table


def create_adapter(
    package: ModuleType, name: str, settings: Mapping[str, object], folder: Path
) -> object:
    """Make the adapter `name` of a package such as `device.reader.slots`.

    Args:
        package: The package whose modules may be named.
        name: File name without `.py`.
        settings: The adapter's own table of the configuration.
        folder: Where relative paths in the settings start.

    Returns:
        What the adapter's `create` gives: an object of the package's port.

    Raises:
        ConfigurationError: No such adapter, or settings it cannot use.
    """
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    known = sorted(modules - {"port", "errors"})
    if name not in known:
        raise ConfigurationError(
            f"{package.__name__}: no adapter is called {name!r}; choose one of {', '.join(known)}"
        )
    adapter = importlib.import_module(f"{package.__name__}.{name}")
    table = read_table(settings, adapter.Settings, folder, f"settings of {name}")
    made: object = adapter.create(table)
    return made
