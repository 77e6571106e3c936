"""What a painted mask does to the comparison: who is still recognised, and whom it lets in."""

import re
from pathlib import Path

import cv2
import numpy as np

from device.face.bundle import read_embedder
from device.face.decision import DecisionRule, Metric, Space
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.runtimes import auto
from training.occlusion import covers
from training.occlusion.canvas import Canvas
from training.occlusion.faces import Part, delivered_detector, part_of, portraits

FRAME_SHARE = 6
ADULT_YEARS, OLD_YEARS = 18, 60
MOST_ADULTS = 900


class Gallery:
    """Embeddings of faces, bare and with a painted mask."""

    def __init__(self) -> None:
        bundle = read_embedder(MODELS_FOLDER / "resnet29")
        self.rule: DecisionRule = bundle.rule
        self._embedder = Embedder(bundle, auto.create(Settings()).load(bundle.content))
        self._detector: Detector = delivered_detector()

    def embedded(self, image: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
        """float32[2, length]: bare and masked; None where no face is found in one of them."""
        border = [image.shape[0] // FRAME_SHARE] * 4
        image = cv2.copyMakeBorder(image, *border, cv2.BORDER_REPLICATE)
        faces = self._detector.faces(image)
        if not faces:
            return None
        canvas = Canvas.of(image, faces[0].points)
        covers.mask(canvas, covers.OVER_NOSE, rng)
        both = [image, np.clip(canvas.image, 0, 255).astype(np.uint8)]
        found = [self._detector.faces(each) for each in both]
        if not all(found):
            return None
        chips = [self._embedder.aligned(i, f[0].points) for i, f in zip(both, found, strict=True)]
        return np.stack([self._embedder.embed(chip).values for chip in chips])

    def matches(self, ones: np.ndarray, others: np.ndarray) -> np.ndarray:
        """bool[N]: which pairs of float32[N, length] the product's rule takes for one person."""
        is_match = np.ones(len(ones), bool)
        for condition in self.rule.conditions:
            a, b = ones, others
            if condition.space is Space.CALIBRATED and self.rule.calibration is not None:
                a, b = (self.rule.calibration.apply(each) for each in (a, b))
            if condition.metric is Metric.EUCLIDEAN:
                is_match &= np.linalg.norm(a - b, axis=1) <= condition.threshold
            else:
                lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
                is_match &= (a * b).sum(axis=1) >= condition.threshold * lengths
        return is_match


def match(sets: dict[str, Path]) -> None:
    """Prints both shares, bare and with a mask on one side.

    Args:
        sets: zips of portraits by the name of the set, `lfw` and `aaf`.
    """
    gallery, rng = Gallery(), np.random.default_rng(3)
    first, second = _pairs_of(gallery, sets, rng)
    adults = _adults(gallery, sets, rng)
    for side, name in enumerate(("bare", "masked")):
        known = gallery.matches(first[:, 0], second[:, side])
        print(f"{name}: {known.sum()} of {len(known)} owners recognised")
        let_in = pairs = 0
        for one in range(len(adults)):
            others = np.delete(adults[:, 0], one, axis=0)
            let_in += gallery.matches(
                np.broadcast_to(adults[one, side], others.shape), others
            ).sum()
            pairs += len(others)
        print(f"{name}: {let_in} of {pairs} strangers let in, {let_in / pairs:.1e}")


def _pairs_of(
    gallery: Gallery, sets: dict[str, Path], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Two pictures of everybody of whom there are two, float32[N, 2, length] each."""
    people: dict[str, list[np.ndarray]] = {}
    for name, image in portraits({"lfw": sets["lfw"]}):
        pictures = people.setdefault(name.rsplit("/", 1)[0], [])
        if part_of(name) is Part.JUDGES and len(pictures) < 2:
            pictures.append(image)
    pairs = [
        [gallery.embedded(image, rng) for image in pictures]
        for pictures in people.values()
        if len(pictures) == 2
    ]
    whole = [(a, b) for a, b in pairs if a is not None and b is not None]
    return np.stack([a for a, _ in whole]), np.stack([b for _, b in whole])


def _adults(gallery: Gallery, sets: dict[str, Path], rng: np.random.Generator) -> np.ndarray:
    """One picture of each, float32[N, 2, length]."""
    embedded: list[np.ndarray] = []
    for name, image in portraits({"aaf": sets["aaf"]}):
        age = re.search(r"A(\d+)\.", name)
        is_adult = age is not None and ADULT_YEARS <= int(age[1]) < OLD_YEARS
        if part_of(name) is Part.JUDGES and is_adult and len(embedded) < MOST_ADULTS:
            values = gallery.embedded(image, rng)
            embedded += [] if values is None else [values]
    return np.stack(embedded)
