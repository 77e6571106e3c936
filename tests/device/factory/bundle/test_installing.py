import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from device.face.bundle import read_detector
from device.face.errors import BundleError
from device.factory.__main__ import main
from device.factory.bundle.installing import install
from device.factory.errors import BundleRefusedError
from tests.device.factory.bundle.bundles import copied, replaced


def test_an_installed_bundle_is_found_by_its_name(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    answer = install(copied(tmp_path, "detector"), models, None)
    assert 'detector = "another"' in answer
    assert read_detector(models / "another").name == "uketsuke-detector-1"


def test_only_what_the_description_names_is_installed(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    bundle = copied(tmp_path)
    (bundle / "staff.jpg").write_bytes(b"a picture of somebody")
    install(bundle, models, None)
    assert {path.name for path in models.iterdir()} == {"another"}
    installed = {path.name for path in (models / "another").iterdir()}
    assert installed == {path.name for path in bundle.iterdir()} - {"staff.jpg"}


def test_what_is_installed_is_not_overwritten(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    bundle = copied(tmp_path, "detector")
    install(bundle, models, None)
    with pytest.raises(BundleRefusedError, match="installed already"):
        install(bundle, models, None)


def test_what_does_not_pass_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    bundle = replaced(copied(tmp_path, "detector"), "stride_px = 16", "stride_px = 8")
    asked = ["factory", "bundle", "install", str(bundle), "--models", str(models)]
    monkeypatch.setattr(sys, "argv", asked)
    assert main() == 1
    assert "unexpected shape" in capsys.readouterr().err
    assert not list(models.iterdir())


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder; `before == after` means that nothing was touched."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def world(folder: Path) -> tuple[Path, Path]:
    """A bundle and a models folder, with a stranger's file beside both."""
    (folder / "stranger.py").write_text("not to be touched")
    models = folder / "models"
    (models / "delivered").mkdir(parents=True)
    (models / "delivered" / "bundle.toml").write_text("not to be touched either")
    return copied(folder, "detector"), models


def named(bundle: Path, file: str) -> Path:
    return replaced(bundle, 'file = "detector.tflite"', f"file = '{file}'")


@pytest.mark.parametrize(
    "file",
    [
        "../../../stranger.py",
        "../../stranger.py",
        "../stranger.py",
        "/stranger.py",
        "ABSOLUTE",
        "sub/model.tflite",
        "sub\\model.tflite",
        "..\\stranger.py",
        "C:model.tflite",
        "C:\\model.tflite",
        "..",
        ".",
        "",
        ".hidden",
    ],
)
@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_file_elsewhere_is_neither_taken_nor_written(
    tmp_path: Path, file: str, is_trusted: bool
) -> None:
    bundle, models = world(tmp_path)
    absolute = str(tmp_path / "stranger.py")
    named(bundle, absolute if file == "ABSOLUTE" else file)
    # What the name leads to from the bundle's folder is there, so that it could be taken.
    (bundle / "sub").mkdir()
    (bundle / "sub" / "model.tflite").write_bytes(b"weights")
    trusted = tmp_path / "maker.pem" if is_trusted else None
    before = contents(tmp_path)
    with pytest.raises(BundleRefusedError, match="no plain file name"):
        install(bundle, models, trusted)
    assert contents(tmp_path) == before
    assert [path.name for path in models.iterdir()] == ["delivered"]


def test_the_calibrations_file_is_looked_at_too(tmp_path: Path) -> None:
    bundle = replaced(copied(tmp_path), 'file = "calibration-', 'file = "../calibration-')
    models = tmp_path / "models"
    models.mkdir()
    with pytest.raises(BundleRefusedError, match="no plain file name"):
        install(bundle, models, None)
    assert not list(models.iterdir())


def test_a_name_that_ends_in_a_line_break_is_refused(tmp_path: Path) -> None:
    bundle, models = world(tmp_path)
    replaced(bundle, 'file = "detector.tflite"', 'file = "detector.tflite\\n"')
    with pytest.raises(BundleRefusedError, match="no plain file name"):
        install(bundle, models, None)
    with pytest.raises(BundleError, match=r"model\.file"):
        read_detector(bundle)


def test_a_plain_name_is_no_reason_to_refuse(tmp_path: Path) -> None:
    bundle, models = world(tmp_path)
    (bundle / "detector.tflite").rename(bundle / "a..model-2_b.tflite")
    install(named(bundle, "a..model-2_b.tflite"), models, None)
    assert (models / "another" / "a..model-2_b.tflite").is_file()


@pytest.mark.parametrize(
    "name", ["bundle.toml", "detector.tflite", "bundle.toml.sig", "MODEL_CARD.md"]
)
def test_a_link_in_the_bundle_is_not_followed(tmp_path: Path, name: str) -> None:
    bundle, models = world(tmp_path)
    link, elsewhere = bundle / name, tmp_path / "elsewhere"
    if link.exists():
        link.rename(elsewhere)
    else:
        elsewhere.write_bytes(b"a key of somebody")
    link.symlink_to(elsewhere)
    before = contents(tmp_path)
    with pytest.raises(BundleError, match=f"{name}.* is a link"):
        install(bundle, models, None)
    assert contents(tmp_path) == before
    link.unlink()
    elsewhere.rename(link)
    if name != "bundle.toml.sig":
        assert "installed" in install(bundle, models, None), "negative control: as a file it does"


@pytest.mark.parametrize("name", ["bundle.toml", "detector.tflite", "LICENSE"])
def test_a_pipe_in_the_bundle_is_not_waited_for(tmp_path: Path, name: str) -> None:
    bundle, models = world(tmp_path)
    (bundle / name).unlink(missing_ok=True)
    os.mkfifo(bundle / name)
    with pytest.raises(BundleError, match=f"{name}.* is no ordinary file"):
        install(bundle, models, None)
    assert [path.name for path in models.iterdir()] == ["delivered"]


def test_a_link_in_the_models_folder_is_not_written_through(tmp_path: Path) -> None:
    bundle, models = world(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("not to be touched")
    (models / ".installing").symlink_to(elsewhere)
    before = contents(tmp_path)
    with pytest.raises(BundleRefusedError, match="cannot be copied"):
        install(bundle, models, None)
    assert contents(tmp_path) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from device.factory.bundle import installing
installing.check = lambda *of: os.kill(os.getpid(), signal.SIGKILL)
installing.install(Path(sys.argv[1]), Path(sys.argv[2]), None)
"""


def test_a_killed_installation_leaves_the_other_bundles_and_no_half_one(tmp_path: Path) -> None:
    bundle, models = world(tmp_path)
    before = contents(tmp_path)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(bundle), str(models)], check=False)
    assert killed.returncode == -signal.SIGKILL
    after = contents(tmp_path)
    left = {name for name in after if name not in before}
    assert left, "negative control: it was killed in the midst of it"
    assert all(name.startswith("models/.installing/") for name in left)
    assert {name: after[name] for name in before} == before
    install(bundle, models, None)
    assert sorted(path.name for path in models.iterdir()) == ["another", "delivered"]
    assert contents(models / "another") == contents(bundle)
