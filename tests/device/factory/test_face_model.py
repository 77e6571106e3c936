import importlib.util
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from device.factory import face_model
from device.factory.__main__ import main
from device.factory.errors import ModelSourceError
from tests.device.factory.tiny_resnet import TinyResnet


@pytest.fixture
def tiny_source(tmp_path: Path) -> Path:
    source = tmp_path / "tiny.dat"
    source.write_bytes(TinyResnet().dat())
    return source


def test_a_model_is_built_once(tiny_source: Path, tmp_path: Path) -> None:
    output = tmp_path / "embedder.tflite"
    assert face_model.build(tiny_source, output)
    first = output.read_bytes()
    assert not face_model.build(tiny_source, output)
    assert output.read_bytes() == first


@pytest.mark.parametrize("name", ["embedder.tflite", "embedder.sha256"])
def test_what_was_cut_or_lost_is_built_again(tiny_source: Path, tmp_path: Path, name: str) -> None:
    output = tmp_path / "embedder.tflite"
    face_model.build(tiny_source, output)
    damaged = tmp_path / name
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1])
    assert face_model.build(tiny_source, output)
    assert damaged.read_bytes() == whole
    damaged.unlink()
    assert face_model.build(tiny_source, output)
    assert damaged.read_bytes() == whole


def test_another_source_is_built_again(tiny_source: Path, tmp_path: Path) -> None:
    output = tmp_path / "embedder.tflite"
    face_model.build(tiny_source, output)
    first = output.read_bytes()
    tiny_source.write_bytes(TinyResnet(seed=5).dat())
    assert face_model.build(tiny_source, output)
    assert output.read_bytes() != first


def test_an_unknown_source_is_warned_about(
    tiny_source: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    face_model.build(tiny_source, tmp_path / "embedder.tflite")
    assert "not the known file" in caplog.text


def test_a_damaged_source_leaves_no_model(tiny_source: Path, tmp_path: Path) -> None:
    tiny_source.write_bytes(tiny_source.read_bytes()[:-100])
    output = tmp_path / "embedder.tflite"
    with pytest.raises(ModelSourceError):
        face_model.build(tiny_source, output)
    assert not output.exists()


def test_the_command_says_in_a_sentence_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(tmp_path / "missing.dat")
    monkeypatch.setattr(sys, "argv", ["factory", "face-model", "--source", source])
    assert main() == 1
    assert '"missing.dat" cannot be read' in capsys.readouterr().err


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelSourceError, match=r"extra \[models\]"):
        face_model.find_source()


def test_the_real_model_gives_the_golden_values(tmp_path: Path) -> None:
    output = tmp_path / "embedder.tflite"
    assert face_model.build(face_model.find_source(), output)
    assert output.stat().st_size < 23_000_000
    assert output.with_suffix(".sha256").read_text() == sha256(output.read_bytes()).hexdigest()
