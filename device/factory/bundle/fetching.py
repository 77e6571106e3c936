"""Brings in a network that others published: downloads, converts, checks and installs it."""

import hashlib
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import tomlkit

from device.face.bundle import DESCRIPTION_FILE
from device.factory.bundle.converting import converted
from device.factory.bundle.downloading import download
from device.factory.bundle.installing import install
from device.factory.bundle.recipe import Recipe, Source, names, read_recipe
from device.factory.bundle.unpacking import unpacked
from device.factory.errors import BundleRefusedError, DownloadError, RecipeError

MODEL_FILE = "embedder.tflite"

_log = logging.getLogger(__name__)


def listed() -> str:
    """What can be fetched, and what is known of it."""
    return "\n".join(line for name in names() for line in _lines(name, read_recipe(name)))


def fetch(name: str, models: Path, sha256: str | None) -> str:
    """Brings in one network.

    Args:
        name: of the recipe, and of the bundle.
        models: folder of the installed bundles.
        sha256: of the download, where the recipe knows none; None: it knows.

    Returns:
        What it is, in a few lines.

    Raises:
        RecipeError: if there is no such recipe, or nobody has named the sum of its file.
        DownloadError: if none of its addresses can be reached.
        WrongFileError: if another file is there.
        ModelSourceError: see `converted`.
        ModelCheckError: see `converted`.
        BundleError: see `install`.
        BundleRefusedError: see `install`.
    """
    recipe = read_recipe(name)
    if (models / name).exists():
        raise BundleRefusedError(f'"{name}" is installed already; remove it first')
    with tempfile.TemporaryDirectory() as place:
        content, source = _from_any(name, recipe, Path(place) / "download", sha256)
        model = converted(content, recipe.conversion)
        folder = Path(place) / name
        folder.mkdir()
        (folder / MODEL_FILE).write_bytes(model)
        (folder / DESCRIPTION_FILE).write_text(description(name, recipe, source, model), "utf-8")
        return install(folder, models, None)


def _from_any(name: str, recipe: Recipe, place: Path, sha256: str | None) -> tuple[bytes, Source]:
    """The published file from the first address that can be reached.

    An address that answers with another file ends the search: somebody should know of it.
    """
    unreachable = []
    for source in recipe.sources:
        try:
            download(source, _sum(name, source, sha256), place)
        except DownloadError as error:
            unreachable.append(str(error))
            continue
        for sentence in unreachable:
            _log.warning("%s; another address was used", sentence)
        return unpacked(place, source, recipe.file), source
    raise DownloadError("\n".join(unreachable))


def _sum(name: str, source: Source, sha256: str | None) -> str:
    if source.sha256 is None and sha256 is None:
        raise RecipeError(
            f'nobody has published the sum of "{name}": download {source.address}, '
            "be sure that it is the one its author means, and name its sum by --sha256"
        )
    if source.sha256 is not None and sha256 not in (None, source.sha256):
        raise RecipeError(f'the recipe "{name}" knows another sum; --sha256 is not needed')
    return source.sha256 or str(sha256)


def description(name: str, recipe: Recipe, source: Source, model: bytes) -> str:
    """What the bundle will say of itself.

    Args:
        name: of the bundle.
        recipe: by which it was made.
        source: where its file came from.
        model: what the file became.
    """
    document = tomlkit.document()
    for line in (
        recipe.summary,
        f"{recipe.licence.id}, {recipe.licence.holder}: {recipe.licence.address}",
        recipe.licence.remark,
        f"Fetched from {source.address} and converted ({recipe.conversion}).",
    ):
        document.add(tomlkit.comment(line))
    document.update({"kind": "embedder", "name": name, "licence": recipe.licence.id})
    document.update(recipe.bundle)
    document["model"].update(file=MODEL_FILE, sha256=hashlib.sha256(model).hexdigest())
    return tomlkit.dumps(document)


def _lines(name: str, recipe: Recipe) -> Iterator[str]:
    yield f"{name}: {recipe.summary}"
    yield f"  {recipe.licence.id}, {recipe.licence.holder}: {recipe.licence.address}"
    yield f"  {recipe.licence.remark}"
    for source in recipe.sources:
        yield f"  {source.address}"
        yield f"    sum {source.sha256 or 'to be named by --sha256'}: {source.known_from}"
        if not source.is_fetched:
            yield "    not fetched by us"
