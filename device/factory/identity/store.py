"""The key store that a reader's configuration names, before there is any certificate."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from device import keys
from device.adapters import prepare_adapter
from device.config import Adapter
from device.errors import ConfigurationError
from device.keys.port import UncertifiedKey
from device.tables import read_table

_OF_A_KEY_FILE = ("key", "certificate", "device_secret")


class ConfiguredStore:
    """Where the configuration says a key is, or will be."""

    def __init__(self, config: Path, *, is_for_link: bool) -> None:
        """Reads one table of the file.

        Raises:
            ConfigurationError: The file or the table cannot be used.
        """
        self._folder = config.resolve().parent
        name = "link" if is_for_link else "identity"
        table = _read_table(config, name)
        if is_for_link:
            # The cable's key is always a file: Python's TLS takes no other (decision 0017).
            settings = {name: table[name] for name in _OF_A_KEY_FILE if name in table}
            table = {"name": "file", "settings": settings}
        self._adapter = read_table(table, Adapter, self._folder, f"[{name}]")

    def make_key(self) -> None:
        """Make a new key.

        Raises:
            ConfigurationError: There is one already, or the store cannot be used.
        """
        self._do("make_key")

    def open_uncertified(self) -> UncertifiedKey:
        """Open the key that is there.

        Raises:
            ConfigurationError: There is none, or the store cannot be used.
        """
        return cast(UncertifiedKey, self._do("open_uncertified"))

    def seal(self) -> None:
        """Seal the open key file.

        Raises:
            ConfigurationError: The store is no file, or it cannot be sealed; it stays as it is.
        """
        if self._adapter.name != "file":
            raise ConfigurationError('only a key of the store "file" can be sealed')
        self._do("seal")

    def _do(self, task: str) -> object:
        adapter = self._adapter
        return prepare_adapter(keys, adapter.name, adapter.settings, self._folder, task)()


def _read_table(config: Path, name: str) -> Mapping[str, object]:
    try:
        values = tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{config}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(f"{config}: {error}") from error
    table = values.get(name)
    if not isinstance(table, dict):
        raise ConfigurationError(f"{config}: the table [{name}] is missing")
    return table
