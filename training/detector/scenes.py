"""Random scenes: portraits of any size and tilt before any background, in any light.

Everything follows from one random generator, so a scene can be made again from its seed.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from training.detector.grid import INPUT_PX
from training.detector.labels import Portraits
from training.detector.light import disturb

MIRRORED_POINTS = [1, 0, 2, 4, 3]
NO_FACE_SHARE = 0.15
SECOND_FACE_SHARE = 0.18
SMALLEST_SHARE, LARGEST_SHARE = 0.18, 0.92


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and the faces in it."""

    image: np.ndarray
    """uint8[160, 160, 3], RGB."""
    boxes: np.ndarray
    """float32[F, 4]: left, top, width, height in px."""
    points: np.ndarray
    """float32[F, 5, 2] in px."""


class Stage:
    """Makes scenes from sets of labelled portraits."""

    def __init__(self, sets: list[Portraits], shares: list[float], is_held_out: bool):
        self._sets = sets
        self._shares = shares
        self._indices = [np.flatnonzero(s.is_held_out == is_held_out) for s in sets]

    def scenes(self, seed: int, step: int, count: int) -> list[Scene]:
        """The scenes of one step; the same again after a resumption."""
        rng = np.random.default_rng((seed, step))
        return [self.scene(rng) for _ in range(count)]

    def scene(self, rng: np.random.Generator) -> Scene:
        """Draws one scene."""
        canvas = self._background(rng)
        boxes: list[np.ndarray] = []
        points: list[np.ndarray] = []
        if rng.random() >= NO_FACE_SHARE:
            wanted = 2 if rng.random() < SECOND_FACE_SHARE else 1
            for _ in range(wanted):
                largest = LARGEST_SHARE if wanted == 1 else 0.45
                placed = self._place(canvas, boxes, largest, rng)
                if placed is not None:
                    canvas, box, face_points = placed
                    boxes.append(box)
                    points.append(face_points)
        image = disturb(canvas, boxes, rng)
        return Scene(
            image,
            np.array(boxes, np.float32).reshape(-1, 4),
            np.array(points, np.float32).reshape(-1, 5, 2),
        )

    def _portrait(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One portrait, box centre + size as float[4], points; mirrored half of the time."""
        which = int(rng.choice(len(self._sets), p=self._shares))
        chosen = self._sets[which]
        index = int(rng.choice(self._indices[which]))
        image, points = chosen.images[index], chosen.points[index].copy()
        left, top, width, height = chosen.boxes[index]
        box = np.array([left + width / 2, top + height / 2, width, height], np.float32)
        if rng.random() < 0.5:
            image = image[:, ::-1]
            points[:, 0] = image.shape[1] - 1 - points[:, 0]
            points = points[MIRRORED_POINTS]
            box[0] = image.shape[1] - 1 - box[0]
        return np.ascontiguousarray(image), box, points

    def _place(
        self, canvas: np.ndarray, others: list[np.ndarray], largest: float, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Pastes one portrait; None where it would cover a face already there."""
        image, box, points = self._portrait(rng)
        share = np.exp(rng.uniform(np.log(SMALLEST_SHARE), np.log(largest)))
        face_px = share * INPUT_PX
        zoom = face_px / np.sqrt(box[2] * box[3])
        reach = max(face_px * 0.35, 1.0)
        cx, cy = rng.uniform(min(reach, 80), max(INPUT_PX - reach, 80), 2)
        angle = rng.normal(0, 9) if rng.random() < 0.7 else rng.uniform(-30, 30)
        turned = cv2.getRotationMatrix2D((float(box[0]), float(box[1])), angle, zoom)
        turned[:, 2] += [cx - box[0], cy - box[1]]
        placed = np.array(
            [cx - box[2] * zoom / 2, cy - box[3] * zoom / 2, box[2] * zoom, box[3] * zoom],
            np.float32,
        )
        if any(_overlap(placed, other) > 0.02 for other in others):
            return None
        canvas = _paste(canvas, image, turned, rng, may_fill=not others)
        return canvas, placed, points @ turned[:, :2].T + turned[:, 2]

    def _background(self, rng: np.random.Generator) -> np.ndarray:
        """A scene without a face: corners of portraits enlarged, shapes, gradients, noise."""
        kind = rng.random()
        if kind < 0.45:
            canvas = self._corner(rng)
        elif kind < 0.75:
            cells = int(rng.integers(2, 24))
            small = rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
            way = cv2.INTER_CUBIC if rng.random() < 0.7 else cv2.INTER_NEAREST
            canvas = cv2.resize(small, (INPUT_PX, INPUT_PX), interpolation=way)
        else:
            canvas = np.full((INPUT_PX, INPUT_PX, 3), rng.integers(0, 256, 3), np.uint8)
        for _ in range(int(rng.integers(0, 7))):
            _shape(canvas, rng)
        return canvas

    def _corner(self, rng: np.random.Generator) -> np.ndarray:
        """An enlarged corner of a portrait, outside of its face."""
        image = self._sets[0].images[int(rng.choice(self._indices[0]))]
        side = int(rng.integers(20, 42))
        far = image.shape[0] - side
        top, left = far * int(rng.integers(0, 2)), far * int(rng.integers(0, 2))
        return cv2.resize(image[top : top + side, left : left + side], (INPUT_PX, INPUT_PX))


def _shape(canvas: np.ndarray, rng: np.random.Generator) -> None:
    """Draws a random ellipse, bar or line: things that are no faces."""
    colour = tuple(int(c) for c in rng.integers(0, 256, 3))
    x, y = (int(v) for v in rng.integers(0, INPUT_PX, 2))
    a, b = (int(v) for v in rng.integers(3, 70, 2))
    match int(rng.integers(0, 3)):
        case 0:
            cv2.ellipse(canvas, (x, y), (a, b), float(rng.uniform(0, 180)), 0, 360, colour, -1)
        case 1:
            cv2.rectangle(canvas, (x, y), (x + a, y + b), colour, -1)
        case _:
            cv2.line(canvas, (x, y), (x + a - 35, y + b - 35), colour, int(rng.integers(1, 9)))


def _paste(
    canvas: np.ndarray,
    image: np.ndarray,
    turned: np.ndarray,
    rng: np.random.Generator,
    may_fill: bool,
) -> np.ndarray:
    """Lays the turned portrait over the canvas, with a hard, soft or oval edge."""
    size = (INPUT_PX, INPUT_PX)
    side = image.shape[0]
    corners = np.array([[0, 0], [159, 0], [0, 159], [159, 159]], np.float64)
    back = cv2.invertAffineTransform(turned)
    reach = corners @ back[:, :2].T + back[:, 2]
    overhang = max(-reach.min(), reach.max() - side)
    if np.hypot(turned[0, 0], turned[0, 1]) < 0.55:
        image = cv2.GaussianBlur(image, (0, 0), 0.9)
    if may_fill and overhang < side * 0.2 and rng.random() < 0.7:
        return cv2.warpAffine(image, turned, size, borderMode=cv2.BORDER_REFLECT_101)
    mask = np.zeros((side, side), np.float32)
    inset = max(2, side // 30)
    if rng.random() < 0.45:
        half = side // 2
        axes = (int(side * rng.uniform(0.34, 0.48)), int(side * rng.uniform(0.44, 0.52)))
        cv2.ellipse(mask, (half, half), axes, 0, 0, 360, 1.0, -1)
    else:
        mask[inset:-inset, inset:-inset] = 1.0
    if rng.random() < 0.6:
        mask = cv2.blur(mask, (inset * 2 + 1, inset * 2 + 1))
    cover = cv2.warpAffine(mask, turned, size)[..., None]
    picture = cv2.warpAffine(image, turned, size)
    return (picture * cover + canvas * (1.0 - cover)).astype(np.uint8)


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over the smaller box."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return float(max(width, 0) * max(height, 0) / min(a[2] * a[3], b[2] * b[3]))
