"""A model bundle's description, as somebody may hand it to a maker."""

from pathlib import Path

from device.face.bundle import DESCRIPTION_FILE, POINT_COUNT, read_embedder
from device.face.errors import BundleError

MODEL_FILE = "embedder.tflite"
MODEL = b"no engine sees it"
_FOLDER = Path("out/fuzz/bundle")
_FOLDER.mkdir(parents=True, exist_ok=True)
(_FOLDER / MODEL_FILE).write_bytes(MODEL)


def fuzz(data: bytes) -> None:
    """A bundle that is accepted is whole, and its model is the one named."""
    (_FOLDER / DESCRIPTION_FILE).write_bytes(data)
    try:
        bundle = read_embedder(_FOLDER)
    except BundleError:
        return
    if bundle.content != MODEL or not bundle.rule.conditions:
        raise AssertionError("a bundle without its model or its rule was accepted")
    if bundle.template.shape != (POINT_COUNT, 2) or bundle.template.max() > bundle.input_px:
        raise AssertionError("a bundle with an impossible alignment was accepted")
