from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as ec_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from device.face.bundle import DetectorBundle, read_detector
from device.face.errors import BundleError
from device.face.loading import MODELS_FOLDER
from device.face.port import Model, Values
from device.face.runtimes import auto
from device.factory.bundle import checking
from device.factory.bundle.checking import SIGNATURE_FILE, check
from device.factory.errors import BundleRefusedError
from tests.device.factory.bundle.bundles import copied, replaced


@pytest.mark.parametrize("name", ["resnet29", "uketsuke", "detector", "occlusion"])
def test_the_delivered_bundles_pass(name: str) -> None:
    assert "loads and answers" in check(MODELS_FOLDER / name, None)


def test_an_embedder_tells_its_thresholds_and_whose_they_are() -> None:
    lines = check(MODELS_FOLDER / "resnet29", None).splitlines()
    assert "All-Age-Faces" in lines[1]
    (in_use,) = (line for line in lines if "in use" in line)
    assert in_use.startswith("threshold adults-1e-4")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("embedding_length = 128", "embedding_length = 64", "does not fit embeddings of 64"),
        ("input_px = 150", "input_px = 90", "within the picture"),
        ('sha256 = "', 'sha256 = "0', "calibration.sha256"),
        ('file = "calibration-', 'file = "bundle.toml"  # "', "has not the"),
        ('licence = "CC0-1.0"', 'licence = ""', "licence"),
        ('licence = "CC0-1.0"', 'licence = " "', "licence"),
        ('licence = "CC0-1.0"', 'licence = "\\t\\n"', "licence"),
        ('threshold = "adults-1e-4"', 'threshold = "everybody"', '"everybody" once'),
    ],
)
def test_a_bundle_that_contradicts_itself_is_refused(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(BundleError, match=sentence):
        check(replaced(copied(tmp_path), old, new), None)


def test_a_model_of_another_size_is_refused(tmp_path: Path) -> None:
    bundle = replaced(copied(tmp_path), "input_px = 150", "input_px = 160")
    with pytest.raises(BundleRefusedError, match="resnet29"):
        check(bundle, None)


def test_a_detector_is_no_embedder(tmp_path: Path) -> None:
    bundle = replaced(copied(tmp_path, "detector"), "stride_px = 16", "stride_px = 8")
    with pytest.raises(BundleRefusedError, match="unexpected shape"):
        check(bundle, None)


class Certain:
    """An engine whose networks are sure of everything."""

    def load(self, content: bytes) -> Model:
        return self

    def run(self, values: Values) -> Values:
        return np.ones((1, 2), np.float32)


def test_a_network_that_sees_masks_everywhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto, "create", lambda settings: Certain())
    # A process of its own would not know of this engine.
    monkeypatch.setattr(checking, "try_apart", lambda trial, bundle: trial(bundle))
    with pytest.raises(BundleRefusedError, match="as sure of one picture as of another"):
        check(MODELS_FOLDER / "occlusion", None)


def test_an_occlusion_network_of_another_size_is_refused(tmp_path: Path) -> None:
    bundle = replaced(copied(tmp_path, "occlusion"), "input_px = 64", "input_px = 96")
    with pytest.raises(BundleRefusedError, match="occlusion"):
        check(bundle, None)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("min_mouth_score = ", "min_mouth_score = 1", "model.min_mouth_score"),
        ("input_px = 64", "input_px = 32", "within the picture"),
        ('licence = "Apache-2.0"', "", "licence"),
        ('sha256 = "', 'sha256 = "0', "model.sha256"),
    ],
)
def test_an_occlusion_bundle_that_contradicts_itself_is_refused(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(BundleError, match=sentence):
        check(replaced(copied(tmp_path, "occlusion"), old, new), None)


def test_no_bundle_at_all_is_told() -> None:
    with pytest.raises(BundleError, match=r"bundle\.toml"):
        check(Path("nowhere"), None)


def _key_file(folder: Path, key: Ed25519PrivateKey) -> Path:
    path = folder / "maker.pem"
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def test_a_signed_bundle_passes_and_a_changed_one_does_not(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    bundle, trusted = copied(tmp_path, "detector"), _key_file(tmp_path, key)
    with pytest.raises(BundleRefusedError, match="is not signed"):
        check(bundle, trusted)
    (bundle / SIGNATURE_FILE).write_bytes(key.sign((bundle / "bundle.toml").read_bytes()))
    assert "loads and answers" in check(bundle, trusted)
    replaced(bundle, "min_score = 0.6", "min_score = 0.1")
    with pytest.raises(BundleRefusedError, match="is not signed"):
        check(bundle, trusted)
    assert "loads and answers" in check(bundle, None), "negative control: unsigned it would do"


def test_a_bundle_that_is_swapped_after_its_signature_was_checked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Ed25519PrivateKey.generate()
    bundle, trusted = copied(tmp_path, "detector"), _key_file(tmp_path, key)
    (bundle / SIGNATURE_FILE).write_bytes(key.sign((bundle / "bundle.toml").read_bytes()))

    def swap_and_read(folder: Path) -> DetectorBundle:
        return read_detector(replaced(folder, "min_score = 0.6", "min_score = 0.1"))

    monkeypatch.setattr(checking, "read_detector", swap_and_read)
    with pytest.raises(BundleRefusedError, match="changed while it was checked"):
        check(bundle, trusted)


def test_a_description_nested_too_deep_is_told(tmp_path: Path) -> None:
    bundle = copied(tmp_path)
    (bundle / "bundle.toml").write_text("deep = " + "[" * 5000)
    with pytest.raises(BundleError, match="no readable"):
        check(bundle, None)


def test_a_signature_that_leaves_the_models_sum_out_is_not_enough(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    bundle, trusted = copied(tmp_path), _key_file(tmp_path, key)
    assert (bundle / "embedder.sha256").is_file(), "its sum lies beside it, signed by nobody"
    (bundle / SIGNATURE_FILE).write_bytes(key.sign((bundle / "bundle.toml").read_bytes()))
    with pytest.raises(BundleRefusedError, match='"sha256" of its model'):
        check(bundle, trusted)


def test_a_maker_can_sign_the_network_that_was_built_at_set_up(tmp_path: Path) -> None:
    """As docs/FACE.md says: its sum goes into the maker's own description."""
    key = Ed25519PrivateKey.generate()
    bundle, trusted = copied(tmp_path), _key_file(tmp_path, key)
    digest = (bundle / "embedder.sha256").read_text()
    replaced(bundle, "[model]", f'[model]\nsha256 = "{digest}"')
    (bundle / "embedder.sha256").unlink()
    (bundle / SIGNATURE_FILE).write_bytes(key.sign((bundle / "bundle.toml").read_bytes()))
    assert "loads and answers" in check(bundle, trusted)
    model = bundle / "embedder.tflite"
    model.write_bytes(model.read_bytes() + b"?")
    with pytest.raises(BundleError, match="has not the"):
        check(bundle, trusted)


def test_a_signed_bundle_with_another_model_is_refused(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    bundle, trusted = copied(tmp_path, "detector"), _key_file(tmp_path, key)
    (bundle / SIGNATURE_FILE).write_bytes(key.sign((bundle / "bundle.toml").read_bytes()))
    model = bundle / "detector.tflite"
    model.write_bytes(model.read_bytes()[:-1] + b"?")
    with pytest.raises(BundleError, match="has not the"):
        check(bundle, trusted)


def test_somebody_elses_signature_is_refused(tmp_path: Path) -> None:
    bundle = copied(tmp_path, "detector")
    content = (bundle / "bundle.toml").read_bytes()
    (bundle / SIGNATURE_FILE).write_bytes(Ed25519PrivateKey.generate().sign(content))
    with pytest.raises(BundleRefusedError, match="is not signed"):
        check(bundle, _key_file(tmp_path, Ed25519PrivateKey.generate()))


def test_a_key_of_another_kind_is_told(tmp_path: Path) -> None:
    trusted = tmp_path / "maker.pem"
    with pytest.raises(BundleRefusedError, match="no readable public key"):
        check(MODELS_FOLDER / "detector", trusted)
    public = ec_key(SECP256R1()).public_key()
    trusted.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(BundleRefusedError, match="no Ed25519 key"):
        check(MODELS_FOLDER / "detector", trusted)
