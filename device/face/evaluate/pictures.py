"""Pictures of faces as embeddings, through the product's own detector, alignment and network."""

import io
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageOps

from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.errors import EvaluationError
from device.face.evaluate.copies import thumbnail
from device.face.port import Image, Values

_CHIP_PHOTO_PX = (240, 320)
_CHIP_PHOTO_BYTES = 8_000
"""About what a card's photo takes (facts/face.md §8)."""


@dataclass(slots=True)
class Gallery:
    """What was read, picture by picture."""

    embeddings: dict[str, Values] = field(default_factory=dict, repr=False)
    """float32[L], by the picture's name; those without a face are missing."""
    without_face: set[str] = field(default_factory=set)
    """Failures to acquire (ISO/IEC 19795-1)."""
    thumbnails: dict[str, Values] = field(default_factory=dict, repr=False)
    """Of the aligned faces, by the picture's name; they tell copies."""
    detecting_ms: list[float] = field(default_factory=list)
    """Of each picture."""
    embedding_ms: list[float] = field(default_factory=list)
    """Of each face, with its alignment."""


def read_gallery(
    folder: Path,
    names: Iterable[str],
    detector: Detector,
    embedder: Embedder,
    *,
    are_chip_photos: bool = False,
) -> Gallery:
    """Reads pictures and embeds the largest face of each.

    Args:
        folder: of the pictures.
        names: paths in it.
        detector: of the product.
        embedder: of the bundle.
        are_chip_photos: make of each what a card's chip would keep of it.

    Raises:
        EvaluationError: if a picture cannot be read.
    """
    gallery = Gallery()
    for name in dict.fromkeys(names):
        image = np.asarray(_opened(folder / name, are_chip_photos), np.uint8)
        _read(gallery, name, image, detector, embedder)
    return gallery


def _opened(path: Path, is_chip_photo: bool) -> PillowImage.Image:
    try:
        with PillowImage.open(path) as file:
            upright = ImageOps.exif_transpose(file)
            return as_chip_photo(upright) if is_chip_photo else upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, PillowImage.DecompressionBombError) as error:
        raise EvaluationError(f'"{path.name}" cannot be read as a picture') from error


def as_chip_photo(picture: PillowImage.Image) -> PillowImage.Image:
    """A picture as the chip keeps it: its middle, upright 3 : 4, grey, small, JPEG 2000."""
    width, height = picture.size
    across = min(width, height * 3 // 4)
    down = across * 4 // 3
    left, top = (width - across) // 2, (height - down) // 2
    middle = picture.convert("L").crop((left, top, left + across, top + down))
    small = middle.resize(_CHIP_PHOTO_PX, PillowImage.Resampling.LANCZOS)
    file = io.BytesIO()
    ratio = _CHIP_PHOTO_PX[0] * _CHIP_PHOTO_PX[1] / _CHIP_PHOTO_BYTES
    small.save(file, "JPEG2000", quality_mode="rates", quality_layers=[ratio])
    return PillowImage.open(io.BytesIO(file.getvalue())).convert("RGB")


def _read(
    gallery: Gallery, name: str, image: Image, detector: Detector, embedder: Embedder
) -> None:
    begun_s = time.perf_counter()
    faces = detector.faces(image)
    found_s = time.perf_counter()
    gallery.detecting_ms.append(1e3 * (found_s - begun_s))
    if not faces:
        gallery.without_face.add(name)
        return
    face = embedder.aligned(image, faces[0].points)
    embedding = embedder.embed(face)
    gallery.embedding_ms.append(1e3 * (time.perf_counter() - found_s))
    gallery.embeddings[name] = embedding.values
    gallery.thumbnails[name] = thumbnail(face)
