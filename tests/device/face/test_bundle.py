import hashlib
import re
from pathlib import Path

import pytest

from device.face.bundle import Metric, read_detector, read_embedder
from device.face.errors import BundleError
from device.face.loading import MODELS_FOLDER

EMBEDDER = """
kind = "embedder"
name = "example"
licence = "CC0-1.0"
calibration = "uncalibrated"
[model]
file = "embedder.tflite"
input_px = 112
embedding_length = 128
[alignment]
landmarks = "eyes-nose-mouth"
template = [[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]]
[decision]
metric = "cosine"
threshold = 0.45
"""
CONTENT = b"weights"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def _bundle(folder: Path, text: str, content: bytes | None = CONTENT) -> Path:
    (folder / "bundle.toml").write_text(text)
    if content is not None:
        (folder / "embedder.tflite").write_bytes(content)
    return folder


def test_an_embedder_is_read(tmp_path: Path) -> None:
    bundle = read_embedder(_bundle(tmp_path, EMBEDDER))
    assert bundle.name == "example"
    assert (bundle.input_px, bundle.embedding_length) == (112, 128)
    assert bundle.template.shape == (5, 2)
    assert bundle.rule.metric is Metric.COSINE
    assert bundle.rule.threshold == 0.45
    assert not bundle.is_calibrated
    assert bundle.content == CONTENT


def test_a_model_file_with_the_right_sum_is_taken(tmp_path: Path) -> None:
    text = EMBEDDER.replace("input_px", f'sha256 = "{DIGEST}"\ninput_px')
    assert read_embedder(_bundle(tmp_path, text)).content == CONTENT
    with pytest.raises(BundleError, match="not the one described"):
        read_embedder(_bundle(tmp_path, text, b"other weights"))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('kind = "embedder"', 'kind = "detector"', '"kind" must be "embedder"'),
        ('licence = "CC0-1.0"', "", '"licence" must be a text'),
        ("input_px = 112", "input_px = 5", '"input_px" must be between 32 and 1024'),
        ("input_px = 112", "input_px = 112.5", "whole number"),
        ("input_px = 112", "input_px = true", '"input_px" must be a number'),
        ("threshold = 0.45", "threshold = 1.5", '"threshold" must be between'),
        ("threshold = 0.45", "threshold = nan", '"threshold" must be between'),
        ('metric = "cosine"', 'metric = "votes"', '"euclidean" or "cosine"'),
        ('"eyes-nose-mouth"', '"ears"', '"landmarks"'),
        ("[56.0, 71.7], ", "", "5 points"),
        ("[56.0, 71.7]", "[56.0, 712.7]", "5 points"),
        ("[56.0, 71.7]", '["56.0", "71.7"]', "5 points"),
        ('"embedder.tflite"', '"../embedder.tflite"', "in the bundle itself"),
        ("[decision]", "[decision", "no readable bundle.toml"),
        ('calibration = "uncalibrated"', 'calibration = "perfect"', '"calibration"'),
    ],
)
def test_a_bundle_that_cannot_work_is_refused(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in EMBEDDER
    with pytest.raises(BundleError, match=re.escape(sentence)):
        read_embedder(_bundle(tmp_path, EMBEDDER.replace(old, new)))


def test_a_missing_model_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"python -m device\.factory face-model"):
        read_embedder(_bundle(tmp_path, EMBEDDER, None))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no readable bundle\.toml"):
        read_embedder(tmp_path / "nowhere")


def test_the_delivered_detector_is_the_one_described() -> None:
    bundle = read_detector(MODELS_FOLDER / "detector")
    assert bundle.input_px % bundle.stride_px == 0
    assert len(bundle.content) < 1_000_000
    assert "sha256" in (MODELS_FOLDER / "detector" / "bundle.toml").read_text()
