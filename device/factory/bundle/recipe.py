"""Reads a recipe: how a network that others published becomes a bundle.

A recipe is one file of `recipes/`; its name is the one to ask for and that of the bundle.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from device.errors import ConfigurationError
from device.face.bundle import Digest, Text
from device.factory.errors import RecipeError
from device.tables import Table, read_table

RECIPES_FOLDER = Path(__file__).with_name("recipes")
LARGEST_BYTES = 256 * 1024 * 1024
"""Of a download, and of what is unpacked from it."""

Size = Annotated[int, Meta(gt=0, le=LARGEST_BYTES)]
Packing = Literal["none", "bz2", "tar.gz"]
Conversion = Literal["dlib-resnet", "tflite", "tflite-one-of-two"]


class Licence(Table, frozen=True):
    """What its author allows."""

    id: Text
    """Of the SPDX list."""
    address: Annotated[str, Meta(pattern="^https://")]
    """Where it can be read."""
    holder: Text
    """Whose work it is, as a notice must name them."""
    remark: Text
    """What a lawyer will want to know besides, such as the terms of the training pictures."""


class Source(Table, frozen=True):
    """One address of the file."""

    address: Annotated[str, Meta(pattern="^https://[^/@]+/")]
    """Where it is downloaded."""
    known_from: Text
    """How the sum is known."""
    is_fetched: bool
    """Whether this project has downloaded it from there."""
    size_bytes: Size | None = None
    """Of the download; None: nobody has published it."""
    sha256: Digest | None = None
    """Of the download; None: nobody has published it, so whoever fetches it must name one."""
    packing: Packing = "none"
    """How the model's file is packed in it."""
    member: Text | None = None
    """Its path in an archive."""

    def __post_init__(self) -> None:
        if (self.packing == "tar.gz") != (self.member is not None):
            raise ValueError('"member" belongs to an archive, and an archive needs one')


class ModelFile(Table, frozen=True):
    """The file that is converted."""

    size_bytes: Size
    """Exactly, where the sum is known; otherwise at most."""
    sha256: Digest | None = None
    """Of all sources; None: it is vouched for by the sum of the download alone."""


class Recipe(Table, frozen=True):
    """How a published network becomes a bundle."""

    summary: Text
    """What it is, in a line."""
    conversion: Conversion
    """How the file becomes a model of the engine."""
    licence: Licence
    """What its author allows."""
    file: ModelFile
    """What is converted."""
    sources: Annotated[tuple[Source, ...], Meta(min_length=1)]
    """Tried in this order until one can be reached."""
    bundle: dict[str, Any]
    """Its description, without what the recipe says already."""


def names() -> list[str]:
    """Of all recipes."""
    return sorted(path.stem for path in RECIPES_FOLDER.glob("*.toml"))


def read_recipe(name: str) -> Recipe:
    """Reads one recipe.

    Raises:
        RecipeError: if there is none of that name, or it contradicts itself.
    """
    if name not in names():
        raise RecipeError(f'there is no recipe "{name}", only {", ".join(names())}')
    path = RECIPES_FOLDER / f"{name}.toml"
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        return read_table(values, Recipe, RECIPES_FOLDER, f'recipe "{name}"')
    except (OSError, ValueError) as error:
        raise RecipeError(f'the recipe "{name}" cannot be read') from error
    except ConfigurationError as error:
        raise RecipeError(str(error)) from error
