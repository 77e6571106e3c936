"""Bundles for the tests: copies of the delivered ones, to be spoilt."""

import shutil
from pathlib import Path

from device.face.loading import MODELS_FOLDER


def copied(folder: Path, name: str = "resnet29") -> Path:
    """A copy whose model has its sum in the description's reach."""
    return Path(shutil.copytree(MODELS_FOLDER / name, folder / "another"))


def replaced(bundle: Path, old: str, new: str) -> Path:
    """The bundle with one thing said differently."""
    path = bundle / "bundle.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return bundle
