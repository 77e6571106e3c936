"""Finds an adapter by its name in the configuration: the file of that name in its folder.

Nothing has to be registered, and nothing outside the folder can be named, so a configuration
cannot import arbitrary code (architecture decision 3). An adapter file has a `Settings` table
and a function `create(settings)`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
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
    return prepare_adapter(package, name, settings, folder)()


def prepare_adapter(
    package: ModuleType,
    name: str,
    settings: Mapping[str, object],
    folder: Path,
    task: str = "create",
) -> Callable[[], object]:
    """As `create_adapter`, but only checks; what it returns makes the adapter, as often as called.

    Args:
        package: As for `create_adapter`, like `name`, `settings` and `folder`.
        name: See there.
        settings: See there.
        folder: See there.
        task: The adapter's function that takes its settings.

    Raises:
        ConfigurationError: No such adapter, or settings it cannot use.
    """
    known = known_adapters(package)
    if name not in known:
        raise ConfigurationError(
            f"{package.__name__}: no adapter is called {name!r}; choose one of {', '.join(known)}"
        )
    try:
        adapter = importlib.import_module(f"{package.__name__}.{name}")
    except ImportError as error:
        raise ConfigurationError(
            f"{package.__name__}: {name} needs the Python package {error.name!r};"
            " docs/HARDWARE.md says how to install it"
        ) from error
    table = read_table(settings, adapter.Settings, folder, f"settings of {name}")

    def do_task() -> object:
        made: object = getattr(adapter, task)(table)
        return made

    return do_task


def known_adapters(package: ModuleType) -> list[str]:
    """The names that a configuration may use, in alphabetical order."""
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    return sorted(name for name in modules - {"port", "errors"} if not name.startswith("_"))
