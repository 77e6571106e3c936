"""New faces and new conditions from the same few thousand portraits.

What the teachers see, too: blends of two people (a person whom nobody is), mirror images, light,
colour, and a face that lies a little aside. Only the student sees what a bad print, a chip's photo
or a bad camera makes of it, so that it learns to see through that.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image as PillowImage

from training.embedder.crops import MARGIN_PX, SCALE, SIDE_PX, Crops

RESNET_PX = 150
BLENDED, MIRRORED, GREY, DEGRADED = 0.5, 0.5, 0.35, 0.5
"""Shares of the samples."""
_JITTER_PX, _JITTER_DEG, _JITTER_SCALE = 3.0, 4.0, 0.05
"""Standard deviations: of a detector's points, and beyond, so that the student forgives them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One face as the networks see it."""

    student: np.ndarray
    """`uint8[150, 150, 3], RGB`."""
    resnet: np.ndarray
    """`uint8[150, 150, 3], RGB`: the same, not degraded."""
    others: tuple[np.ndarray, ...]
    """`uint8[S, S, 3], RGB`: the same as `resnet`, in each other teacher's cut."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a teacher wants the face."""

    to_resnet: np.ndarray
    """float64[2, 3]: from its picture into the ResNet's."""
    side_px: int
    """Of its picture."""


class Sampler:
    """Draws samples."""

    def __init__(self, crops: Crops, cuts: Sequence[Cut]):
        """Takes the crops, and what the teachers beside the ResNet want of them."""
        self._crops = crops
        self._cuts = cuts

    def plain(self, index: int) -> Sample:
        """One portrait as it is."""
        return self._cut(self._crops.image(index), np.eye(3))

    def batch(self, seed: int, step: int, count: int) -> list[Sample]:
        """The new faces of one step; the same again after a resumption."""
        rng = np.random.default_rng((seed, step))
        return [self.draw(rng) for _ in range(count)]

    def draw(self, rng: np.random.Generator) -> Sample:
        """A new face."""
        face = self._crops.image(int(rng.integers(len(self._crops)))).astype(np.float32)
        if rng.random() < BLENDED:
            other = self._crops.image(int(rng.integers(len(self._crops))))
            share = float(rng.uniform(0.3, 0.5))
            face += share * (other - face)
        if rng.random() < MIRRORED:
            face = face[:, ::-1]
        sample = self._cut(_lit(face, rng), _jitter(rng))
        if rng.random() >= DEGRADED:
            return sample
        return replace(sample, student=_degraded(sample.student, rng))

    def _cut(self, wide: np.ndarray, jitter: np.ndarray) -> Sample:
        to_wide = np.array([[SCALE, 0, MARGIN_PX], [0, SCALE, MARGIN_PX], [0, 0, 1]]) @ jitter
        resnet = _warped(wide, to_wide, RESNET_PX)
        others = (_warped(wide, to_wide @ _square(c.to_resnet), c.side_px) for c in self._cuts)
        return Sample(resnet, resnet, tuple(others))


def _square(matrix: np.ndarray) -> np.ndarray:
    return np.vstack([matrix, [0, 0, 1]])


def _warped(wide: np.ndarray, to_wide: np.ndarray, side_px: int) -> np.ndarray:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(
        wide, to_wide[:2], (side_px, side_px), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )


def _jitter(rng: np.random.Generator) -> np.ndarray:
    """Turns, scales and shifts about the middle of the ResNet's picture."""
    middle = (RESNET_PX / 2, RESNET_PX / 2)
    scale = 1 + float(np.clip(rng.normal(0, _JITTER_SCALE), -0.12, 0.12))
    turn = cv2.getRotationMatrix2D(middle, float(rng.normal(0, _JITTER_DEG)), scale)
    turn[:, 2] += rng.normal(0, _JITTER_PX, 2)
    return _square(turn)


def _lit(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Brightness, contrast, gamma, a colour cast, light from one side, or no colour at all."""
    if rng.random() < GREY:
        face = np.repeat(face @ np.array([[0.299], [0.587], [0.114]], np.float32), 3, axis=2)
    else:
        face = face * rng.normal(1, 0.06, 3).astype(np.float32)
    if rng.random() < 0.3:
        slope = np.linspace(-1, 1, SIDE_PX, dtype=np.float32) * float(rng.normal(0, 0.25))
        face = face * (1 + (slope[None, :, None] if rng.random() < 0.7 else slope[:, None, None]))
    gain, offset = float(rng.normal(1, 0.15)), float(rng.normal(0, 10))
    levels = np.clip(face * gain + offset, 0, 255) / 255
    return (255 * levels ** float(np.exp(rng.normal(0, 0.15)))).astype(np.uint8)


def _degraded(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What small pictures, old photos and cameras in bad light do."""
    kind = rng.integers(4)
    if kind == 0:
        small = int(rng.integers(40, 110))
        face = cv2.resize(
            cv2.resize(face, (small, small), interpolation=cv2.INTER_AREA), (150, 150)
        )
    elif kind == 1:
        face = cv2.GaussianBlur(face, (0, 0), float(rng.uniform(0.6, 2.2)))
    elif kind == 2:
        face = _chip_photo(face, rng)
    noise = rng.normal(0, float(rng.uniform(2, 10)), face.shape) if rng.random() < 0.5 else 0
    face = np.clip(face + noise, 0, 255).astype(np.uint8)
    return _jpeg(face, int(rng.integers(30, 90))) if rng.random() < 0.5 else face


def _chip_photo(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grey JPEG 2000 at the strength of a chip's photo."""
    file = io.BytesIO()
    grey = PillowImage.fromarray(face).convert("L")
    rate = float(rng.uniform(8, 25))
    grey.save(file, "JPEG2000", quality_mode="rates", quality_layers=[rate], no_jp2=True)
    return np.asarray(PillowImage.open(io.BytesIO(file.getvalue())).convert("RGB"))


def _jpeg(face: np.ndarray, quality: int) -> np.ndarray:
    _, content = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(content, cv2.IMREAD_COLOR)
