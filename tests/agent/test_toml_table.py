"""Tables become dataclasses by their types alone."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest

from agent.errors import ConfigError
from agent.toml_table import read_table


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Shape:
    name: str
    width_mm: float = 1.0
    sides: int | None = None
    is_round: bool = False
    colours: tuple[Colour, ...] = ()
    drawing: Path | None = None


def read(**table: object) -> Shape:
    return read_table(table, Shape, "[shape]", Path("/folder"))


def test_defaults_stay() -> None:
    assert read(name="square") == Shape("square")


def test_every_type_is_read() -> None:
    shape = read(
        name="n", width_mm=2, sides=4, is_round=True, colours=["red", "blue"], drawing="a.png"
    )
    assert shape == Shape("n", 2.0, 4, True, (Colour.RED, Colour.BLUE), Path("/folder/a.png"))
    assert isinstance(shape.width_mm, float)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("name", 1, "[shape] name: write a text."),
        ("width_mm", "1", "[shape] width_mm: write a number."),
        ("sides", 4.5, "[shape] sides: write a whole number."),
        ("sides", True, "[shape] sides: write a whole number."),
        ("is_round", 1, "[shape] is_round: write true or false."),
        ("colours", "red", "[shape] colours: write a list in [ ]."),
        ("colours", ["green"], "[shape] colours: write one of red, blue."),
        ("drawing", "", "[shape] drawing: write a path."),
        ("corners", 4, "[shape]: remove the unknown key 'corners'"),
    ],
)
def test_a_wrong_value_is_told(key: str, value: object, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(**{"name": "square", key: value})
    assert sentence in str(caught.value)


def test_a_missing_key_is_told() -> None:
    with pytest.raises(ConfigError, match=r"\[shape\]: add the key name"):
        read(sides=4)
