"""What a bundle names is in the built package; otherwise an installed reader does not start."""

import configparser
from fnmatch import fnmatch
from pathlib import Path

import pytest

from device.face.bundle import DESCRIPTION_FILE
from device.face.loading import MODELS_FOLDER
from device.factory.bundle.checking import files_named_by

SETUP = Path(__file__).parents[3] / "setup.cfg"
BUNDLES = sorted(path.parent.name for path in MODELS_FOLDER.glob("*/bundle.toml"))


@pytest.mark.parametrize("name", BUNDLES)
def test_every_file_of_a_bundle_is_packaged(name: str) -> None:
    setup = configparser.ConfigParser()
    setup.read(SETUP)
    patterns = setup["options.package_data"]["device.face.models"].replace(" ", "").split(",")
    description = (MODELS_FOLDER / name / DESCRIPTION_FILE).read_bytes()
    for file in {DESCRIPTION_FILE, *files_named_by(description)}:
        assert any(fnmatch(f"{name}/{file}", pattern) for pattern in patterns), file
