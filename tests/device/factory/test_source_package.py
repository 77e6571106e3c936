"""Of the package with the CC0 model only that model's file is opened, and no reader installs it.

Its other files may not be used commercially (facts/face.md §6.1).
"""

import configparser
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from device.factory.face_model import SOURCE_FILE, SOURCE_PACKAGE
from tests.device.factory.tiny_resnet import TinyResnet

ROOT = Path(__file__).parents[3]
OTHERS = ("shape_predictor_68_face_landmarks.dat", "mmod_human_face_detector.dat")

WATCHED = """
import json, os, sys
package, output, before = sys.argv[1:]
opened = set()

def watch(event, values):
    if event == "open" and isinstance(values[0], (str, bytes, os.PathLike)):
        path = os.path.realpath(os.fsdecode(values[0]))
        if path.startswith(package + os.sep):
            opened.add(os.path.relpath(path, package))

sys.addaudithook(watch)
exec(before)
from device.factory.__main__ import main
sys.argv = ["factory", "face-model", "--output", output]
status = main()
print(json.dumps([status, sorted(opened)]), file=sys.stderr)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The published package's tree, with a tiny network in the place of the ResNet."""
    folder = tmp_path / "site" / SOURCE_PACKAGE
    models = folder / "models"
    models.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('the package was executed')\n")
    (models / SOURCE_FILE).write_bytes(TinyResnet().dat())
    for name in OTHERS:
        (models / name).write_bytes(b"not for commercial use")
    return folder


def opened_by_set_up(package: Path, before: str = "") -> list[str]:
    """Every file of the package that a set-up opens, which does something else before."""
    output = package.parent.parent / "embedder.tflite"
    asked = [sys.executable, "-B", "-c", WATCHED, os.path.realpath(package), str(output), before]
    paths = {"PYTHONPATH": f"{package.parent}{os.pathsep}{ROOT}"}
    ended = subprocess.run(asked, env=paths, capture_output=True, text=True, check=True)
    status, opened = json.loads(ended.stderr.splitlines()[-1])
    assert status == 0
    assert output.stat().st_size > 0
    return [str(name) for name in opened]


def test_set_up_opens_the_one_file_and_does_not_execute_the_package(package: Path) -> None:
    assert opened_by_set_up(package) == [f"models/{SOURCE_FILE}"]


@pytest.mark.parametrize(
    ("before", "file"),
    [
        (f"open(package + '/models/{OTHERS[0]}', 'rb').close()", f"models/{OTHERS[0]}"),
        (f"os.close(os.open(package + '/models/{OTHERS[1]}', 0))", f"models/{OTHERS[1]}"),
        (f"try: import {SOURCE_PACKAGE}\nexcept SystemExit: pass", "__init__.py"),
    ],
)
def test_negative_control_another_opened_file_is_noticed(
    package: Path, before: str, file: str
) -> None:
    assert {file, f"models/{SOURCE_FILE}"} <= set(opened_by_set_up(package, before))


def test_no_reader_installs_the_package() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    extras = setup["options.extras_require"]
    assert "device" in extras
    assert {name for name, packages in extras.items() if SOURCE_PACKAGE in packages} == {"models"}
    assert SOURCE_PACKAGE not in setup["options"]["install_requires"]


def test_only_set_up_knows_the_package() -> None:
    knowing = [
        path.relative_to(ROOT).as_posix()
        for folder in ("device", "hostlink", "image")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".service", ".rules"} and SOURCE_PACKAGE in path.read_text()
    ]
    assert knowing == ["device/factory/face_model.py"]
