"""A world so simple that plain code can play the networks: people are squares of spotted colour.

The picture is dark; a person is a square brighter than `DARKEST`. The "detector" finds squares and
says where the five points would be; the "embedder" says the square's colour. Everything between the
networks is the product's own code.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from device.face.bundle import DetectorBundle, EmbedderBundle, OcclusionBundle, PixelScale
from device.face.check import FaceCheck, FaceCheckPlan, FaceParts
from device.face.decision import Condition, DecisionRule, Metric, Space
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.errors import CameraError
from device.face.image import PhotoDecoder
from device.face.liveness.challenges import open_liveness
from device.face.liveness.plan import LivenessPlan
from device.face.liveness.port import LivenessCheck
from device.face.occlusion import Occlusion
from device.face.port import Frame, Image, Values

DARKEST = 60
POINTS = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.58], [0.35, 0.75], [0.65, 0.75]], np.float32)
"""The five points as shares of a square."""
SPOT_PX, LARGE_SPOT_PX = 5, 24
"""People are spotted, below more finely: fine spots all over would be taken for noise, and large
ones for a blur."""
RED, BLUE = (190, 110, 90), (90, 110, 190)
DETECTOR_PX, STRIDE_PX = 160, 16
EMBEDDER_PX, LENGTH = 40, 16


def picture(
    *people: tuple[tuple[int, int, int], int, int, int],
    seed: int = 0,
    size: tuple[int, int] = (240, 320),
) -> Image:
    """Draws people: colour, left, top, side."""
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 20, (*size, 3)).astype(np.uint8)
    for colour, left, top, side in people:
        downwards = np.linspace(0, 1, side, dtype=np.float32)[:, None]
        shades = _spots(rng, side, LARGE_SPOT_PX) + _spots(rng, side, SPOT_PX) * downwards
        patch = np.clip(np.array(colour) + shades[..., None], DARKEST + 5, 255)
        image[top : top + side, left : left + side] = patch[: size[0] - top, : size[1] - left]
    return image


def _spots(rng: np.random.Generator, side: int, spot_px: int) -> Values:
    spots = rng.integers(-45, 46, (-(-side // spot_px),) * 2).astype(np.float32)
    return np.asarray(cv2.resize(spots, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)


def photo(image: Image) -> bytes:
    """The picture as the card would hold it."""
    written = io.BytesIO()
    PillowImage.fromarray(image).save(
        written, "JPEG2000", quality_mode="rates", quality_layers=[8], irreversible=True
    )
    return written.getvalue()


class SquareDetector:
    """Plays the detector's network."""

    def __init__(self) -> None:
        self.seen: list[Values] = []

    def run(self, values: Values) -> Values:
        self.seen.append(values)
        cells = DETECTOR_PX // STRIDE_PX
        answer = np.zeros((1, cells, cells, 15), np.float32)
        answer[..., 0] = -9.0
        bright = values[0].max(axis=-1) > DARKEST - 10
        for left, right in _runs(bright.sum(axis=0) > 3):
            rows = np.flatnonzero(bright[:, left:right].any(axis=1))
            top, bottom = int(rows[0]), int(rows[-1]) + 1
            x, y = (left + right) / 2, (top + bottom) / 2
            column = min(int(x // STRIDE_PX), cells - 1)
            row = min(int(y // STRIDE_PX), cells - 1)
            centre = (np.array([column, row]) + 0.5) * STRIDE_PX
            size = np.array([right - left, bottom - top])
            points = np.array([left, top]) + POINTS * size
            cell = answer[0, row, column]
            cell[0] = 4.0
            cell[1:3] = (np.array([x, y]) - centre) / 32
            cell[3:5] = np.log(size / 64)
            cell[5:] = ((points - centre) / 32).ravel()
        return answer


class ColourEmbedder:
    """Plays the embedder's network: mean colours of four parts and a constant."""

    def __init__(self) -> None:
        self.seen: list[Values] = []

    def run(self, values: Values) -> Values:
        self.seen.append(values)
        half = EMBEDDER_PX // 2
        parts = [
            values[0, i : i + half, j : j + half].mean(axis=(0, 1)) / 255
            for i in (0, half)
            for j in (0, half)
        ]
        answer = np.concatenate([*parts, np.ones(LENGTH - 12)])[None]
        return np.asarray(answer, np.float32)


@dataclass
class CoverFinder:
    """Plays the occlusion network: the first faces that it sees are covered."""

    masked_looks: int = 0
    """So many wear a mask,"""
    dark_looks: int = 0
    """and so many dark glasses."""
    seen: list[Values] = field(default_factory=list)

    def run(self, values: Values) -> Values:
        self.seen.append(values)
        number = len(self.seen)
        covers = (number <= self.masked_looks, number <= self.dark_looks)
        return np.array([[9.0 if is_covered else -9.0 for is_covered in covers]], np.float32)


def detector_bundle() -> DetectorBundle:
    return DetectorBundle("squares", DETECTOR_PX, STRIDE_PX, 0.5, b"", b"")


def embedder_bundle() -> EmbedderBundle:
    template = POINTS * EMBEDDER_PX
    rule = DecisionRule((Condition(Space.NETWORK, Metric.EUCLIDEAN, 0.35),))
    return EmbedderBundle(
        "colours", EMBEDDER_PX, LENGTH, template, PixelScale(), False, rule, (), b"", b""
    )


def occlusion_bundle() -> OcclusionBundle:
    return OcclusionBundle("covers", EMBEDDER_PX, POINTS * EMBEDDER_PX, 0.5, 0.5, b"", b"")


@dataclass
class Studio:
    """A face check in this world, whose networks remember what they were given."""

    plan: FaceCheckPlan = field(
        default_factory=lambda: FaceCheckPlan(liveness=LivenessPlan(is_active=False))
    )
    """Squares neither blink nor turn."""
    open_liveness: Callable[[LivenessPlan], LivenessCheck] = open_liveness
    detector: SquareDetector = field(default_factory=SquareDetector)
    embedder: ColourEmbedder = field(default_factory=ColourEmbedder)
    occlusion: CoverFinder = field(default_factory=CoverFinder)

    def check(self) -> FaceCheck:
        def open_parts() -> FaceParts:
            bundle = embedder_bundle()
            return FaceParts(
                PhotoDecoder(),
                Detector(detector_bundle(), self.detector),
                Occlusion(occlusion_bundle(), self.occlusion),
                Embedder(bundle, self.embedder),
                bundle.rule,
                self.open_liveness,
            )

        return FaceCheck(open_parts, self.plan)


class ScriptedCamera:
    """Gives the pictures of a list, the last one over and over; each takes 0.2 s."""

    def __init__(self, images: list[Image]) -> None:
        self._images = images
        self.given: list[NDArray[np.uint8]] = []
        self.now_s = 100.0

    def read(self) -> Frame:
        if not self._images:
            raise CameraError("unplugged")
        image = self._images[min(len(self.given), len(self._images) - 1)].copy()
        self.given.append(image)
        self.now_s += 0.2
        return Frame(image, self.now_s)

    def close(self) -> None:
        self._images = []


def _runs(is_set: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Start and end of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_set.astype(np.int8), [0]])))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
