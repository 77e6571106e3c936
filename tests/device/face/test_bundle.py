import hashlib
import re
from pathlib import Path

import pytest

from device.face.bundle import read_detector, read_embedder, read_occlusion
from device.face.decision import Condition, Metric, Space
from device.face.errors import BundleError, ModelError
from device.face.loading import MODELS_FOLDER, load_face_check
from device.face.port import Model
from tests.device.face.paper_people import SquareDetector

EMBEDDER = """
kind = "embedder"
name = "example"
licence = "CC0-1.0"
[model]
file = "embedder.tflite"
input_px = 112
embedding_length = 128
[alignment]
landmarks = "eyes-nose-mouth"
template = [[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]]
[decision]
space = "network"
metric = "cosine"
threshold = "adults"
[[thresholds]]
id = "adults"
value = 0.45
fmr = 1e-3
population = "adults who do not exist"
"""
CONTENT = b"weights"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def _bundle(folder: Path, text: str, content: bytes | None = CONTENT) -> Path:
    (folder / "bundle.toml").write_text(text)
    if content is not None:
        (folder / "embedder.tflite").write_bytes(content)
    (folder / "embedder.sha256").write_text(DIGEST)
    return folder


class WatchedEngine:
    """Remembers what it was given and chokes on made-up weights."""

    def __init__(self) -> None:
        self.given: list[bytes] = []

    def load(self, content: bytes) -> Model:
        self.given.append(content)
        if content == CONTENT:
            raise ModelError("these are no weights")
        return SquareDetector()


def test_an_embedder_is_read(tmp_path: Path) -> None:
    bundle = read_embedder(_bundle(tmp_path, EMBEDDER))
    assert bundle.name == "example"
    assert (bundle.input_px, bundle.embedding_length) == (112, 128)
    assert bundle.template.shape == (5, 2)
    assert bundle.rule.conditions == (Condition(Space.NETWORK, Metric.COSINE, 0.45),)
    assert bundle.rule.threshold_id == "adults"
    assert bundle.rule.calibration is None
    assert bundle.content == CONTENT


def test_a_described_sum_needs_none_beside_the_file(tmp_path: Path) -> None:
    text = EMBEDDER.replace("input_px", f'sha256 = "{DIGEST}"\ninput_px')
    folder = _bundle(tmp_path, text)
    (folder / "embedder.sha256").unlink()
    assert read_embedder(folder).content == CONTENT
    with pytest.raises(BundleError, match=r"has not the .* described"):
        read_embedder(_bundle(tmp_path, text, b"other weights"))


def test_the_digest_covers_what_decides(tmp_path: Path) -> None:
    digest = read_embedder(_bundle(tmp_path, EMBEDDER)).digest
    assert read_embedder(_bundle(tmp_path, EMBEDDER)).digest == digest
    laxer = EMBEDDER.replace("value = 0.45", "value = 0.40")
    assert read_embedder(_bundle(tmp_path, laxer)).digest != digest


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('kind = "embedder"', 'kind = "detector"', "'detector' - at `$.kind`"),
        ('licence = "CC0-1.0"', "", "missing required field `licence`"),
        ('licence = "CC0-1.0"', 'licence = ""', "length >= 1 - at `$.licence`"),
        ('licence = "CC0-1.0"', 'licence = " \\t"', "at `$.licence`"),
        ('licence = "CC0-1.0"', 'license = "CC0-1.0"', "unknown field `license`"),
        ("input_px = 112", "input_px = 5", "`int` >= 32 - at `$.model.input_px`"),
        ("input_px = 112", "input_px = 1025", "`int` <= 1024 - at `$.model.input_px`"),
        ("input_px = 112", "input_px = 112.5", "got `float` - at `$.model.input_px`"),
        ("input_px = 112", "input_px = true", "got `bool` - at `$.model.input_px`"),
        ("input_px", 'sha256 = ""\ninput_px', "at `$.model.sha256`"),
        ("value = 0.45", "value = 1.5", '"threshold" of a cosine'),
        ("value = 0.45", "value = nan", "at `$.thresholds[0].value`"),
        ("value = 0.45", "value = 11", "`float` <= 10"),
        ("fmr = 1e-3", "", "missing required field `fmr`"),
        ("fmr = 1e-3", "fmr = 0", "`float` > 0.0"),
        ("fmr = 1e-3", "fmr = 0.2", "`float` <= 0.1"),
        ('population = "adults who do not exist"', "", "missing required field `population`"),
        (
            'threshold = "adults"',
            'threshold = "children"',
            '"thresholds" must name "children" once',
        ),
        ('space = "network"', 'space = "calibrated"', "needs a calibration"),
        ("embedding_length", "pixels = {scale = 0}\nembedding_length", "`float` > 0.0"),
        ('metric = "cosine"', 'metric = "votes"', "'votes' - at `$.decision.metric`"),
        ('"eyes-nose-mouth"', '"ears"', "'ears' - at `$.alignment.landmarks`"),
        ("[56.0, 71.7], ", "", "length >= 5 - at `$.alignment.template`"),
        ("[56.0, 71.7]", "[56.0, 71.7], [1, 2]", "length <= 5 - at `$.alignment.template`"),
        ("[56.0, 71.7]", "[56.0, 712.7]", "within the picture"),
        ("[56.0, 71.7]", "[56.0, -1]", "`float` >= 0.0 - at `$.alignment.template[2][1]`"),
        ("[56.0, 71.7]", '["56.0", "71.7"]', "got `str` - at `$.alignment.template[2][0]`"),
        ('"embedder.tflite"', '"../embedder.tflite"', "at `$.model.file`"),
        ("[decision]", "[decision", "no readable bundle.toml"),
        ("[alignment]", "[calibration]\nname = 'x'\n[alignment]", "missing required field"),
    ],
)
def test_a_bundle_that_cannot_work_is_refused(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in EMBEDDER
    folder = tmp_path / "example"
    folder.mkdir()
    with pytest.raises(BundleError, match=f'"example".*{re.escape(sentence)}'):
        read_embedder(_bundle(folder, EMBEDDER.replace(old, new)))


@pytest.mark.parametrize("name", ["embedder.tflite", "embedder.sha256"])
def test_a_missing_file_says_how_to_build_it(tmp_path: Path, name: str) -> None:
    (_bundle(tmp_path, EMBEDDER) / name).unlink()
    with pytest.raises(BundleError, match=r"python -m device\.factory face-model"):
        read_embedder(tmp_path)


@pytest.mark.parametrize("content", [CONTENT[:-1], b"others!", b""])
def test_a_cut_or_swapped_model_is_refused_before_the_engine_sees_it(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(BundleError, match=r"python -m device\.factory face-model"):
        read_embedder(_bundle(tmp_path, EMBEDDER, content))


def test_a_whole_model_reaches_the_engine(tmp_path: Path) -> None:
    engine = WatchedEngine()
    embedder = read_embedder(_bundle(tmp_path, EMBEDDER))
    detector = read_detector(MODELS_FOLDER / "detector")
    occlusion = read_occlusion(MODELS_FOLDER / "occlusion")
    check = load_face_check(engine, embedder, detector, occlusion)
    with pytest.raises(ModelError):
        check.prepare()
    assert engine.given[-1] == CONTENT


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no readable bundle\.toml"):
        read_embedder(tmp_path / "nowhere")


def test_the_delivered_detector_is_the_one_described() -> None:
    bundle = read_detector(MODELS_FOLDER / "detector")
    assert bundle.input_px % bundle.stride_px == 0
    assert len(bundle.content) < 1_000_000
    assert "sha256" in (MODELS_FOLDER / "detector" / "bundle.toml").read_text()
