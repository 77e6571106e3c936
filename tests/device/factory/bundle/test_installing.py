import sys
from pathlib import Path

import pytest

from device.face.bundle import read_detector
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
