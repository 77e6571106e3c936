"""Tables of the configuration file: declared as a structure, checked by a library.

A table is a class; its fields are the keys, their types the allowed values. An unknown key
is an error, so a typing mistake never goes unseen, and a relative path is taken from the
folder of the file.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from agent.errors import ConfigError
from agent.table_mistakes import mistake

HOW_PATHS_ARE_WRITTEN = "write paths with / or in single quotes"


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table; subclass it and name its keys."""


Shape = TypeVar("Shape", bound=Table)


def read_table(values: Mapping[str, object], shape: type[Shape], folder: Path, where: str) -> Shape:
    """Check the values of a table and give them their types.

    Args:
        values: What the file says.
        shape: What the table must look like.
        folder: Where relative paths start.
        where: Name of the table, for the error's sentence.

    Raises:
        ConfigError: A key is missing, unknown or has a wrong value.
    """

    def read_path(wanted: type, value: object) -> object:
        if wanted is not Path or not isinstance(value, str) or not value:
            raise ValueError("write the path of a file or folder, in quotes")
        if any(letter < " " for letter in value):  # what TOML makes of "C:\new"
            raise ValueError(f"{value!r} is no path: {HOW_PATHS_ARE_WRITTEN}")
        return folder / value

    try:
        return msgspec.convert(values, shape, dec_hook=read_path)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {mistake(error, shape)}") from error
