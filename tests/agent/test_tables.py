"""A table is taken whole, or one sentence says which key is wrong."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta

from agent.errors import ConfigError
from agent.tables import Table, read_table


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Shape(Table, frozen=True):
    name: str
    width_mm: float = 1.0
    is_round: bool = False
    colours: tuple[Colour, ...] = ()
    drawing: Path | None = None
    scale: Annotated[float, Meta(gt=0)] | None = None


def read(**values: object) -> Shape:
    return read_table(values, Shape, Path("/folder"), "shape")


def test_values_get_their_types() -> None:
    assert read(name="square") == Shape("square")
    shape = read(name="n", width_mm=2, is_round=True, colours=["red", "blue"], drawing="a.png")
    assert shape == Shape("n", 2.0, True, (Colour.RED, Colour.BLUE), Path("/folder/a.png"))
    assert read(name="n", drawing="/b.png").drawing == Path("/b.png")
    assert read(name="n", drawing="/図　面").drawing == Path("/図　面"), "a wide space is printed"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", 1),
        ("width_mm", "1"),
        ("is_round", 1),
        ("colours", ["green"]),
        ("drawing", ""),
        ("drawing", 3),
        ("corners", 4),
        ("scale", 0),
    ],
)
def test_a_wrong_key_or_value_is_told(key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"^shape: .*{key}"):
        read(**{"name": "square", key: value})


def test_a_missing_key_is_told() -> None:
    with pytest.raises(ConfigError, match=r"^shape: .*name"):
        read(is_round=True)


def test_choices_are_told() -> None:
    with pytest.raises(ConfigError, match='number 1 of `colours` must be one of "red", "blue"'):
        read(name="n", colours=["green"])
    with pytest.raises(ConfigError, match="`is_round` must be true or false, without quotes"):
        read(name="n", is_round="true")
    with pytest.raises(ConfigError, match="`scale` must be a number above 0"):
        read(name="n", scale=0)
