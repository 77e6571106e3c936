"""The pieces by which a face is recognised in bytes, made with the product's own parts."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from device.face.image import PhotoDecoder
from device.face.port import Values
from device.face.preview import preview_jpeg
from device.face.quality import GREY_WEIGHTS
from tests.flows.canary_patient import CanaryPatient, Pixels
from tests.flows.grains import Grains
from tests.hw_sim.faces import FaceReader

Piece = tuple[str, bytes]

_ROWS = 12
"""Of each picture, over the middle of its height."""
_PIXELS = 16
_PIECE_BYTES = 24
_FILE_HEADER_BYTES = 700
_FILE_STEP_BYTES = 256
"""A card gives its photo in pieces of so many bytes."""
_VALUES = 8
_AVERAGED = 3
"""Pictures whose embeddings the face check averages."""


class CanaryFace:
    """What faces become on their way through the reader."""

    def __init__(self, reader: FaceReader, *patients: CanaryPatient) -> None:
        """Works out every step, with the delivered networks."""
        pieces: list[Piece] = []
        embeddings: list[Values] = []
        for patient in patients:
            pieces += _of_patient(patient)
            crops = [reader.aligned(picture) for picture in _pictures_of(patient)]
            for crop in crops:
                pieces += _of_pixels("the face cut out", crop)
            photo, *live = (reader.embedded(crop).values for crop in crops)
            means = [np.mean(each, axis=0) for each in product(live, repeat=_AVERAGED)]
            vectors = np.array([photo, *live, *means], np.float32)
            pieces += _of_vectors("an embedding", vectors)
            pieces += _of_vectors("a calibrated embedding", reader.calibrated(vectors))
            embeddings += [photo, *live]
        self.embeddings = np.array(embeddings)
        """float32[N, L]: of each patient's photo and then of each live picture."""
        self.grains = Grains(pieces)
        """Every piece, for a search in one pass."""


def _pictures_of(patient: CanaryPatient) -> list[Pixels]:
    with PhotoDecoder() as decoder:
        return [decoder.decode(patient.photo), *patient.pictures]


def _of_patient(patient: CanaryPatient) -> Iterator[Piece]:
    yield from _of_file("the photo of the chip", patient.photo)
    photo, *live = _pictures_of(patient)
    yield from _of_pixels("pixels of the photo", photo)
    for picture in live:
        yield from _of_pixels("pixels of the camera", picture)
        yield from _of_file("the preview", preview_jpeg(picture))


def _of_file(name: str, content: bytes) -> Iterator[Piece]:
    for begin in range(_FILE_HEADER_BYTES, len(content) - _PIECE_BYTES, _FILE_STEP_BYTES):
        yield name, content[begin : begin + _PIECE_BYTES]


def _of_pixels(name: str, picture: Pixels) -> Iterator[Piece]:
    """Some pixels of some rows, as libraries lay them in memory."""
    height, width = picture.shape[:2]
    left = width // 2 - _PIXELS // 2
    for row in range(height // 4, 3 * height // 4, max(1, height // 2 // _ROWS)):
        straight = picture[row, left : left + _PIXELS]
        for pixels in (straight, straight[::-1]):
            padded = np.insert(pixels, 3, 255, axis=1)
            grey = pixels.astype(np.float32) @ GREY_WEIGHTS
            rounded = np.round(grey).astype(np.uint8)
            floats = pixels.astype(np.float32)
            for way in (pixels, pixels[:, ::-1], padded, floats, grey, rounded):
                piece = way.ravel()[: _PIECE_BYTES // way.itemsize]
                if not _rises_evenly(piece):
                    yield name, piece.tobytes()


def _rises_evenly(values: NDArray[np.float32 | np.uint8]) -> bool:
    """As skin does in soft light, but also every list of positions that a library keeps."""
    return bool(np.unique(np.diff(values)).size == 1)


def _of_vectors(name: str, vectors: NDArray[np.float32]) -> Iterator[Piece]:
    for values in vectors:
        for begin in range(0, values.shape[0] - _VALUES, 2 * _VALUES):
            for kind in (np.float32, np.float64):
                yield name, values[begin : begin + _VALUES].astype(kind).tobytes()[:_PIECE_BYTES]
