"""Reads one table of the configuration file into a frozen dataclass, or says what to change."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, TypeVar, Union, get_args, get_origin, get_type_hints

from agent.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import DataclassInstance

    Shape = TypeVar("Shape", bound=DataclassInstance)

WORDS: dict[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "a path",
}


def read_table(table: Mapping[str, object], shape: type[Shape], where: str, folder: Path) -> Shape:
    """Fill the dataclass `shape` from a TOML table.

    Args:
        table: The table as `tomllib` gives it.
        shape: A dataclass of texts, numbers, booleans, paths, StrEnums and tuples of them.
        where: Name of the table for the error's sentence, such as `[link]`.
        folder: Folder of the configuration file; relative paths start there.

    Raises:
        ConfigError: A key is unknown or missing or has the wrong type.
    """
    known = {field.name: field for field in fields(shape)}
    for key in table:
        if key not in known:
            raise ConfigError(
                f"{where}: remove the unknown key {key!r}; known are {', '.join(known)}."
            )
    types = get_type_hints(shape)
    values: dict[str, object] = {}
    for name, field in known.items():
        if name in table:
            values[name] = _read(table[name], types[name], f"{where} {name}", folder)
        elif _is_required(field):
            raise ConfigError(f"{where}: add the key {name}.")
    return shape(**values)


def _is_required(field: Field[object]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _read(value: object, wanted: type, where: str, folder: Path) -> object:
    if get_origin(wanted) in (Union, UnionType):
        wanted = next(part for part in get_args(wanted) if part is not type(None))
    if get_origin(wanted) is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{where}: write a list in [ ].")
        return tuple(_read(item, get_args(wanted)[0], where, folder) for item in value)
    if issubclass(wanted, StrEnum):
        return _read_choice(value, wanted, where)
    if wanted is Path and isinstance(value, str) and value:
        return folder / value
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise ConfigError(f"{where}: write {WORDS[wanted]}.")
    return value


def _read_choice(value: object, choices: type[StrEnum], where: str) -> StrEnum:
    allowed = [choice.value for choice in choices]
    if value not in allowed:
        raise ConfigError(f"{where}: write one of {', '.join(allowed)}.")
    return choices(value)
