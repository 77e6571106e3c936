"""Reads pictures of the cast with the delivered networks: which faces, and whose."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from device.face.bundle import read_detector, read_embedder
from device.face.decision import DecisionRule
from device.face.detector import Detector, Face
from device.face.embedder import Embedder, Embedding
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.port import Image, Values
from device.face.runtimes import auto


class FaceReader:
    """The delivered detector and embedder."""

    def __init__(self, bundle: str = "resnet29") -> None:
        runtime = auto.create(Settings())
        detector = read_detector(MODELS_FOLDER / "detector")
        embedder = read_embedder(MODELS_FOLDER / bundle)
        self.rule: DecisionRule = embedder.rule
        """When two faces count as the same person."""
        self._detector = Detector(detector, runtime.load(detector.content))
        self._embedder = Embedder(embedder, runtime.load(embedder.content))

    def faces(self, path: Path) -> list[Face]:
        """The faces in a picture file."""
        return self._detector.faces(_pixels(path))

    def embedding(self, path: Path) -> Embedding:
        """The embedding of the largest face in a picture file, which must show one."""
        return self.embedded(self.aligned(_pixels(path)))

    def aligned(self, image: Image) -> Image:
        """The largest face of a picture, which must show one, as the network wants it.

        Args:
            image: `uint8[H, W, 3], RGB`.
        """
        face = self._detector.faces(image)[0]
        return self._embedder.aligned(image, face.points)

    def embedded(self, face: Image) -> Embedding:
        """The embedding of an aligned face."""
        return self._embedder.embed(face)

    def calibrated(self, values: Values) -> Values:
        """Embeddings, float32[n, length], as they are compared."""
        calibration = self.rule.calibration
        return values if calibration is None else calibration.apply(values)

    def likeness(self, values: Values) -> NDArray[np.float64]:
        """Cosine between embeddings (float32[n, length]), calibrated where the bundle is."""
        placed = self.calibrated(values)
        unit = placed / np.linalg.norm(placed, axis=1, keepdims=True)
        return np.asarray(unit @ unit.T, np.float64)


def _pixels(path: Path) -> Image:
    with PillowImage.open(path) as picture:
        return np.array(picture.convert("RGB"), np.uint8)
