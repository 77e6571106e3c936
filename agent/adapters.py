"""Finds the file of an adapter by its name in the configuration.

Only files that lie in the adapter's folder can be named, so a configuration can never make
the agent import anything else. `port.py` and files that begin with `_` are no adapters.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from agent.errors import ConfigError


def adapter_names(package: ModuleType) -> tuple[str, ...]:
    """Names a configuration may use for adapters of this package, in alphabetical order."""
    stems = {path.stem for folder in package.__path__ for path in Path(folder).glob("*.py")}
    return tuple(sorted(stem for stem in stems - {"port"} if not stem.startswith("_")))


def load_adapter(package: ModuleType, name: str, where: str) -> ModuleType:
    """The module of the adapter called `name`.

    Args:
        package: The folder with the adapters, such as `agent.relays`.
        name: What the configuration says.
        where: The key that says it, for the error's sentence.

    Raises:
        ConfigError: No adapter of that name lies in the folder.
    """
    names = adapter_names(package)
    if name not in names:
        raise ConfigError(f"{where}: {name!r} does not exist; write one of {', '.join(names)}.")
    return import_module(f"{package.__name__}.{name}")
