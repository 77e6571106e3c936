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
        image = _pixels(path)
        face = self._detector.faces(image)[0]
        return self._embedder.embed(self._embedder.aligned(image, face.points))

    def likeness(self, values: Values) -> NDArray[np.float64]:
        """Cosine between embeddings (float32[n, length]), calibrated where the bundle is."""
        calibration = self.rule.calibration
        placed = values if calibration is None else calibration.apply(values)
        unit = placed / np.linalg.norm(placed, axis=1, keepdims=True)
        return np.asarray(unit @ unit.T, np.float64)


def _pixels(path: Path) -> Image:
    with PillowImage.open(path) as picture:
        return np.array(picture.convert("RGB"), np.uint8)
