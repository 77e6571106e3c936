"""Puts a face check together from two model bundles and an inference engine."""

from pathlib import Path

from device.face.bundle import read_detector, read_embedder
from device.face.check import FaceCheck, FaceCheckPlan, FaceParts
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.image import PhotoDecoder
from device.face.liveness import MicroMovement
from device.face.port import ModelRuntime

MODELS_FOLDER = Path(__file__).with_name("models")


def load_face_check(
    runtime: ModelRuntime,
    *,
    embedder: Path = MODELS_FOLDER / "resnet29",
    detector: Path = MODELS_FOLDER / "detector",
    plan: FaceCheckPlan | None = None,
) -> FaceCheck:
    """Makes a face check whose models load at its first use or at `prepare`.

    Args:
        runtime: the inference engine.
        embedder: bundle of the embedder.
        detector: bundle of the detector.
        plan: how it goes about its work.
    """

    def open_parts() -> FaceParts:
        finding, naming = read_detector(detector), read_embedder(embedder)
        return FaceParts(
            PhotoDecoder(),
            Detector(finding, runtime.load(finding.content)),
            Embedder(naming, runtime.load(naming.content)),
            naming.rule,
            MicroMovement,
        )

    return FaceCheck(open_parts, plan or FaceCheckPlan())
