"""The committed recipes are whole, and what can be proven of them here is proven."""

import bz2
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from device.face.bundle import read_embedder
from device.factory import face_model
from device.factory.__main__ import main
from device.factory.bundle import recipe
from device.factory.bundle.fetching import MODEL_FILE, description
from device.factory.bundle.recipe import names, read_recipe
from device.factory.errors import RecipeError


@pytest.mark.parametrize("name", names())
def test_a_recipe_becomes_a_description_that_is_accepted(name: str, tmp_path: Path) -> None:
    """Whether its network fits is checked when it is fetched."""
    wanted = read_recipe(name)
    folder = tmp_path / name
    folder.mkdir()
    (folder / MODEL_FILE).write_bytes(b"any")
    (folder / "bundle.toml").write_text(description(name, wanted, wanted.sources[0], b"any"))
    bundle = read_embedder(folder)
    assert bundle.name == name
    assert bundle.rule.calibration is None


def test_the_recipes_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["factory", "bundle", "fetch", "--list"])
    assert main() == 0
    said = capsys.readouterr().out
    assert all(f"{name}: " in said for name in names())
    assert "not fetched by us" in said


def test_dlibs_sums_are_those_of_the_file_that_set_up_uses() -> None:
    """The archive itself could not be had: packed by the same program, the file gives its sum."""
    wanted = read_recipe("dlib-resnet29")
    assert wanted.file.sha256 == face_model.SOURCE_SHA256
    packed = bz2.compress(face_model.find_source().read_bytes(), 9)
    (upstream,) = (source for source in wanted.sources if source.packing == "bz2")
    assert (len(packed), sha256(packed).hexdigest()) == (upstream.size_bytes, upstream.sha256)


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(RecipeError, match="only dlib-resnet29"):
        read_recipe("../recipes/dlib-resnet29")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("https://github.com/davisking/dlib-models/raw", "http://example.org/raw", "address"),
        ("https://github.com/davisking/dlib-models/raw", "https://user@example.org", "address"),
        ('sha256 = "abb1', 'sha256 = "', "sha256"),
        ('packing = "bz2"', 'packing = "tar.gz"', "an archive needs one"),
        ("size_bytes = 22466066", "size_bytes = 999999999999", "size_bytes"),
        ('conversion = "dlib-resnet"', 'conversion = "pickle"', "conversion"),
        ('holder = "Davis E. King"', "", "holder"),
    ],
)
def test_a_recipe_that_contradicts_itself_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, sentence: str
) -> None:
    text = (recipe.RECIPES_FOLDER / "dlib-resnet29.toml").read_text()
    assert old in text
    (tmp_path / "spoilt.toml").write_text(text.replace(old, new, 1))
    monkeypatch.setattr(recipe, "RECIPES_FOLDER", tmp_path)
    with pytest.raises(RecipeError, match=sentence):
        read_recipe("spoilt")
