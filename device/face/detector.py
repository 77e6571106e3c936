"""Finds faces and their five points in a picture.

The network answers on a grid: each cell says how sure it is that a face's centre is near, and where
box and points lie. Neighbouring cells that mean the same face are merged into one answer, weighted
by their sureness. A small face is looked at a second time, enlarged, since its points decide how
well it can be compared.
"""

from dataclasses import dataclass, field

import numpy as np

from device.face.alignment import Similarity, sample
from device.face.bundle import POINT_COUNT, DetectorBundle
from device.face.errors import ModelError
from device.face.port import Image, Model, Values

POINT_UNIT_PX = 32.0
SIZE_UNIT_PX = 64.0
LARGEST_LOG_SIZE = 2.0
VALUES_PER_CELL = 15
SAME_FACE_OVERLAP = 0.4
"""Cells whose boxes share at least this part (intersection over union) mean the same face."""
CLOSE_LOOK_SHARE = 0.5
"""In a close look the face takes this share of the network's input."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a picture."""

    left_px: float
    """Left edge of its box; may lie outside of the picture."""
    top_px: float
    """Upper edge."""
    width_px: float
    """Width of the box."""
    height_px: float
    """Height of the box."""
    points: Values = field(repr=False)
    """float32[5, 2], px: eye, eye, nose tip, mouth corner, mouth corner; left before right."""
    score: float
    """How sure the network is that this is a face, 0..1."""

    @property
    def size_px(self) -> float:
        """Side of a square with the box's area."""
        return float(np.sqrt(self.width_px * self.height_px))

    @property
    def centre_px(self) -> tuple[float, float]:
        """Centre of the box: x, y."""
        return self.left_px + self.width_px / 2, self.top_px + self.height_px / 2


class Detector:
    """Finds faces; for use by one thread at a time."""

    def __init__(self, bundle: DetectorBundle, model: Model) -> None:
        self._bundle = bundle
        self._model = model

    def faces(self, image: Image) -> list[Face]:
        """Finds all faces.

        Args:
            image: `uint8[H, W, 3], RGB`.

        Returns:
            The faces, largest first; the largest has been looked at closely.

        Raises:
            ModelError: if the network answers in another shape than its bundle says.
        """
        height, width = image.shape[:2]
        scale = max(height, width) / self._bundle.input_px
        whole = Similarity(
            scale, 0.0, (width - max(height, width)) / 2, (height - max(height, width)) / 2
        )
        found = sorted(self._look(image, whole), key=lambda face: -face.size_px)
        if found and found[0].size_px < CLOSE_LOOK_SHARE * self._bundle.input_px * scale:
            found[0] = self._close_look(image, found[0])
        return found

    def forget(self) -> None:
        """Runs on an empty picture, so that no face stays in the network's memory."""
        side = self._bundle.input_px
        self._model.run(np.zeros((1, side, side, 3), np.float32))

    def _close_look(self, image: Image, face: Face) -> Face:
        side_px = face.size_px / CLOSE_LOOK_SHARE
        x, y = face.centre_px
        near = Similarity(side_px / self._bundle.input_px, 0.0, x - side_px / 2, y - side_px / 2)
        again = self._look(image, near)
        return max(again, key=lambda other: _overlap(_box(other), _box(face)), default=face)

    def _look(self, image: Image, to_image: Similarity) -> list[Face]:
        """Runs the network on one square of the picture."""
        side = self._bundle.input_px
        square = sample(image, to_image, side)
        pixels = square[None].astype(np.float32)
        try:
            answer = self._model.run(pixels)
        finally:
            square.fill(0)
            pixels.fill(0)
        cells = side // self._bundle.stride_px
        if answer.shape != (1, cells, cells, VALUES_PER_CELL):
            raise ModelError("the detector's answer has an unexpected shape")
        candidates = _candidates(answer[0], self._bundle)
        return [_placed(row, to_image) for row in _merged(candidates)]


def _candidates(answer: Values, bundle: DetectorBundle) -> Values:
    """Rows of score, left, top, right, bottom and ten point coordinates in input px."""
    scores = 1.0 / (1.0 + np.exp(-np.clip(answer[..., 0], -30, 30)))
    rows, columns = np.nonzero(scores >= bundle.min_score)
    values = answer[rows, columns]
    centre = (np.stack([columns, rows], axis=1) + 0.5) * bundle.stride_px
    middle = centre + values[:, 1:3] * POINT_UNIT_PX
    half = np.exp(np.clip(values[:, 3:5], -LARGEST_LOG_SIZE, LARGEST_LOG_SIZE)) * SIZE_UNIT_PX / 2
    points = np.tile(centre, POINT_COUNT) + values[:, 5:] * POINT_UNIT_PX
    found = np.concatenate(
        [scores[rows, columns][:, None], middle - half, middle + half, points], axis=1
    )
    return np.asarray(found[np.argsort(-found[:, 0])], np.float32)


def _merged(candidates: Values) -> list[Values]:
    """Merges the answers that mean the same face."""
    faces: list[Values] = []
    rest = candidates
    while len(rest):
        is_same = _overlap(rest[:, 1:5], rest[0, 1:5]) >= SAME_FACE_OVERLAP
        same = rest[is_same]
        weights = same[:, :1] / same[:, :1].sum()
        merged = (same * weights).sum(axis=0)
        merged[0] = same[0, 0]
        faces.append(merged)
        rest = rest[~is_same]
    return faces


def _overlap(boxes: Values, box: Values) -> Values:
    """Intersection over union of float32[..., 4] (left, top, right, bottom) with one box."""
    low = np.maximum(boxes[..., :2], box[:2])
    high = np.minimum(boxes[..., 2:], box[2:])
    shared = np.prod(np.maximum(high - low, 0), axis=-1)
    areas = np.prod(boxes[..., 2:] - boxes[..., :2], axis=-1)
    return np.asarray(shared / (areas + np.prod(box[2:] - box[:2]) - shared), np.float32)


def _box(face: Face) -> Values:
    right, bottom = face.left_px + face.width_px, face.top_px + face.height_px
    return np.array([face.left_px, face.top_px, right, bottom], np.float32)


def _placed(row: Values, to_image: Similarity) -> Face:
    """Moves one answer from input px to picture px; the map has no rotation."""
    places = to_image.apply(row[1:].reshape(-1, 2))
    (left, top), (right, bottom) = places[0], places[1]
    return Face(
        float(left), float(top), float(right - left), float(bottom - top), places[2:], float(row[0])
    )
