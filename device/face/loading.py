"""Puts a face check together from three model bundles and an inference engine."""

from pathlib import Path

from device.face.bundle import DetectorBundle, EmbedderBundle, OcclusionBundle
from device.face.check import FaceCheck, FaceCheckPlan, FaceParts
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.image import PhotoDecoder
from device.face.liveness.challenges import open_liveness
from device.face.occlusion import Occlusion
from device.face.port import ModelRuntime

MODELS_FOLDER = Path(__file__).with_name("models")


def load_face_check(
    runtime: ModelRuntime,
    embedder: EmbedderBundle,
    detector: DetectorBundle,
    occlusion: OcclusionBundle,
    plan: FaceCheckPlan | None = None,
) -> FaceCheck:
    """Makes a face check whose models enter the engine at its first use or at `prepare`.

    Args:
        runtime: the inference engine.
        embedder: turns an aligned face into numbers.
        detector: finds faces.
        occlusion: tells what covers a face.
        plan: how it goes about its work.
    """

    def open_parts() -> FaceParts:
        return FaceParts(
            PhotoDecoder(),
            Detector(detector, runtime.load(detector.content)),
            Occlusion(occlusion, runtime.load(occlusion.content)),
            Embedder(embedder, runtime.load(embedder.content)),
            embedder.rule,
            open_liveness,
        )

    return FaceCheck(open_parts, plan or FaceCheckPlan())
