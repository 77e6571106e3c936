import multiprocessing
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from device.face.bundle import DetectorBundle, read_detector
from device.face.errors import ModelError
from device.face.loading import MODELS_FOLDER
from device.factory.__main__ import main
from device.factory.bundle import trial
from device.factory.bundle.checking import check
from device.factory.bundle.trial import try_apart
from device.factory.errors import BundleRefusedError
from tests.device.factory.bundle.bundles import copied

DETECTOR = read_detector(MODELS_FOLDER / "detector")
ROOT = Path(__file__).parents[4]


def passes(bundle: DetectorBundle) -> None:
    assert bundle.content == DETECTOR.content


def refuses(bundle: DetectorBundle) -> None:
    raise ModelError(f"{bundle.name} answers nonsense")


def dies(bundle: DetectorBundle) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def never_ends(bundle: DetectorBundle) -> None:
    while True:
        pass


def grows(bundle: DetectorBundle) -> None:
    np.ones(trial.MEMORY_BYTES, np.uint8)


def is_confined(bundle: DetectorBundle) -> None:
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == (0, 0)
    assert resource.getrlimit(resource.RLIMIT_CPU)[1] > 0


@pytest.mark.parametrize("passing", [passes, is_confined])
def test_what_passes_apart_passes(passing: Callable[[DetectorBundle], None]) -> None:
    try_apart(passing, DETECTOR)


@pytest.mark.parametrize(
    ("failing", "sentence"),
    [
        (refuses, "answers nonsense"),
        (dies, "crashes the engine"),
        (grows, "more memory than any reader has"),
    ],
)
def test_what_fails_apart_is_one_sentence(
    failing: Callable[[DetectorBundle], None], sentence: str
) -> None:
    with pytest.raises(BundleRefusedError, match=sentence):
        try_apart(failing, DETECTOR)


def test_what_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "DEADLINE_S", 0.5)
    with pytest.raises(BundleRefusedError, match="without an end"):
        try_apart(never_ends, DETECTOR)
    assert not multiprocessing.active_children()


def damaged(folder: Path) -> Path:
    """A bundle whose model is led out of its own file by its first number; its sum is right."""
    bundle = copied(folder, "detector")
    model = bundle / "detector.tflite"
    model.write_bytes((1 << 30).to_bytes(4, "little") + model.read_bytes()[4:])
    description = bundle / "bundle.toml"
    right = f'sha256 = "{sha256(model.read_bytes()).hexdigest()}"'
    description.write_text(re.sub('sha256 = "[0-9a-f]{64}"', right, description.read_text()))
    return bundle


LOADED = """
import sys
from pathlib import Path
from device.face.bundle import read_detector
from device.face.interpreter import Settings
from device.face.runtimes import auto
auto.create(Settings()).load(read_detector(Path(sys.argv[1])).content)
"""


def test_a_model_that_crashes_the_engine_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = damaged(tmp_path)
    alone = subprocess.run([sys.executable, "-c", LOADED, str(bundle)], cwd=ROOT, check=False)
    assert alone.returncode == -signal.SIGSEGV, "negative control: it ends who loads it"
    with pytest.raises(BundleRefusedError, match="crashes the engine"):
        check(bundle, None)
    monkeypatch.setattr(sys, "argv", ["factory", "bundle", "check", str(bundle)])
    assert main() == 1
    assert capsys.readouterr().err == '"uketsuke-detector-1" crashes the engine\n'
