"""A face that is painted on, in its own measures: the middle of the eyes is 0, their distance 1."""

from dataclasses import dataclass

import cv2
import numpy as np

from device.face.alignment import Similarity, similarity
from training.occlusion.faces import PLACES

SUBPIXEL_BITS = 4


@dataclass(slots=True)
class Canvas:
    """A picture under the brush."""

    image: np.ndarray
    """float32[S, S, 3], RGB, 0..255."""
    to_image: Similarity
    """From the face's measures to px."""
    places: np.ndarray
    """float32[S, S, 2]: where each pixel lies in the face's measures."""
    nose_x: float
    """How far the nose tip lies aside, in eye distances: a turned head carries its mask along."""

    @staticmethod
    def of(image: np.ndarray, points: np.ndarray) -> "Canvas":
        """Makes a face ready.

        Args:
            image: `uint8[S, S, 3], RGB`.
            points: float32[5, 2], px.
        """
        to_image = similarity(PLACES, points)
        nose_x = float(similarity(points, PLACES).apply(points[2:3])[0, 0])
        places = _places(image.shape[0], to_image)
        return Canvas(image.astype(np.float32), to_image, places, nose_x)

    def area(self, outline: np.ndarray, soft_px: float = 0.7) -> np.ndarray:
        """Cover float32[S, S], 0..1, of a closed outline float[N, 2] in the face's measures."""
        cover = np.zeros(self.image.shape[:2], np.uint8)
        cv2.fillPoly(cover, [self._fixed(outline)], 255, cv2.LINE_AA, SUBPIXEL_BITS)
        return _softened(cover, soft_px)

    def line(self, path: np.ndarray, width: float, soft_px: float = 0.6) -> np.ndarray:
        """Cover float32[S, S], 0..1, of a line float[N, 2] in the face's measures."""
        cover = np.zeros(self.image.shape[:2], np.uint8)
        width_px = max(1, round(width * self.to_image.scale))
        path_px = self._fixed(path)
        cv2.polylines(cover, [path_px], False, 255, width_px, cv2.LINE_AA, SUBPIXEL_BITS)
        return _softened(cover, soft_px)

    def lay(self, cover: np.ndarray, colour: np.ndarray) -> None:
        """Puts a colour (float32, 3 values or a picture) over the face, as far as it covers."""
        self.image += cover[..., None] * (np.clip(colour, 0, 255) - self.image)

    def skin(self) -> np.ndarray:
        """The colour of this face, float32[3]: the middle one between eyes, nose and cheeks."""
        cheeks = np.array([[-0.45, 0.5], [-0.3, 0.6], [0.3, 0.6], [0.45, 0.5], [0.0, 0.25]])
        places = np.rint(self.to_image.apply(cheeks.astype(np.float32))).astype(int)
        columns, rows = np.clip(places, 0, self.image.shape[0] - 1).T
        return np.median(self.image[rows, columns], axis=0)

    def _fixed(self, outline: np.ndarray) -> np.ndarray:
        placed = self.to_image.apply(np.asarray(outline, np.float32))
        return np.rint(placed * 2**SUBPIXEL_BITS).astype(np.int32)


def _places(side_px: int, to_image: Similarity) -> np.ndarray:
    x, y = np.meshgrid(np.arange(side_px, dtype=np.float32), np.arange(side_px, dtype=np.float32))
    x, y = x - to_image.dx_px, y - to_image.dy_px
    a, b, area = to_image.a, to_image.b, to_image.scale**2
    return np.stack([(a * x + b * y) / area, (a * y - b * x) / area], axis=-1)


def _softened(cover: np.ndarray, soft_px: float) -> np.ndarray:
    blurred = cv2.GaussianBlur(cover, (0, 0), soft_px) if soft_px > 0.3 else cover
    return blurred.astype(np.float32) / 255.0


def rounded(corners: np.ndarray, rounds: int = 3) -> np.ndarray:
    """A closed outline with its corners cut again and again (Chaikin)."""
    for _ in range(rounds):
        after = np.roll(corners, -1, axis=0)
        corners = np.stack([0.75 * corners + 0.25 * after, 0.25 * corners + 0.75 * after], axis=1)
        corners = corners.reshape(-1, 2)
    return corners


def wobble(side_px: int, cells: int, strength: float, rng: np.random.Generator) -> np.ndarray:
    """Soft random ups and downs, float32[S, S], about `strength` strong."""
    coarse = rng.normal(0, strength, (cells, cells)).astype(np.float32)
    return cv2.resize(coarse, (side_px, side_px), interpolation=cv2.INTER_CUBIC)
