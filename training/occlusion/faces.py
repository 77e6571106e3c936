"""Bare faces cut out once, wide enough to paint on, and who of them teaches, chooses and judges."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from device.face.alignment import align, similarity
from device.face.bundle import read_detector
from device.face.detector import Detector
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.runtimes import auto

SIDE_PX = 112
EYE_DISTANCE_PX = 31.0
PLACES = np.array([[-0.5, 0.0], [0.5, 0.0], [0.0, 0.55], [-0.42, 1.0], [0.42, 1.0]], np.float32)
"""Where eyes, nose tip and mouth corners lie around the middle of the eyes, in eye distances."""
TEMPLATE = PLACES * EYE_DISTANCE_PX + np.array([56.0, 40.0], np.float32)
QUALITY = 92


class Part(IntEnum):
    """What a person's pictures are for; nobody is in two parts."""

    TEACHES = 0
    CHOOSES = 1
    """The thresholds."""
    JUDGES = 2


_SHARES = {Part.CHOOSES: 15, Part.JUDGES: 30}


@dataclass(frozen=True, slots=True)
class Faces:
    """Wide crops of bare faces, still compressed."""

    names: list[str]
    """Set and path of the portrait."""
    files: list[bytes]
    """JPEG, each `uint8[112, 112, 3]`."""
    points: np.ndarray
    """float32[N, 5, 2]: the five points in the crop, px."""

    def image(self, index: int) -> np.ndarray:
        """`uint8[112, 112, 3], RGB`, a fresh array."""
        return decoded(self.files[index])

    def of(self, part: Part) -> np.ndarray:
        """Indices of the faces of one part."""
        return np.array([n for n, name in enumerate(self.names) if part_of(name) is part])

    def save(self, path: Path) -> None:
        """Writes them as one `.npz`."""
        ends = np.cumsum([len(file) for file in self.files])
        content = np.frombuffer(b"".join(self.files), np.uint8)
        np.savez(path, names=self.names, content=content, ends=ends, points=self.points)

    @staticmethod
    def load(path: Path) -> "Faces":
        """Reads a file written by `save`."""
        with np.load(path) as stored:
            parts = np.split(stored["content"], stored["ends"][:-1])
            files = [part.tobytes() for part in parts]
            return Faces(stored["names"].tolist(), files, stored["points"])


def part_of(name: str) -> Part:
    """Drawn by the person: the folder, or the file itself where there is one picture of each."""
    person = name.rsplit("/", 1)[0] if name.count("/") > 1 else name
    drawn = hashlib.sha256(f"occlusion {person}".encode()).digest()[0] * 100 // 256
    if drawn < _SHARES[Part.JUDGES]:
        return Part.JUDGES
    return Part.CHOOSES if drawn < sum(_SHARES.values()) else Part.TEACHES


def delivered_detector() -> Detector:
    """The product's own."""
    bundle = read_detector(MODELS_FOLDER / "detector")
    return Detector(bundle, auto.create(Settings()).load(bundle.content))


def pack(sets: dict[str, Path]) -> Faces:
    """Cuts out the face of every portrait in which the product's detector finds one.

    Args:
        sets: zips of JPEG portraits by the name of the set.
    """
    detector = delivered_detector()
    names, files, points = [], [], []
    for name, image in portraits(sets):
        faces = detector.faces(image)
        if faces:
            names.append(name)
            files.append(_compressed(align(image, faces[0].points, TEMPLATE, SIDE_PX)))
            points.append(similarity(faces[0].points, TEMPLATE).apply(faces[0].points))
    return Faces(names, files, np.stack(points))


def portraits(sets: dict[str, Path]) -> Iterator[tuple[str, np.ndarray]]:
    """Name (`set/path`) and pixels (`uint8[H, W, 3], RGB`) of every portrait."""
    for set_name, archive in sets.items():
        with zipfile.ZipFile(archive) as pictures:
            for path in sorted(name for name in pictures.namelist() if name.endswith(".jpg")):
                yield f"{set_name}/{path}", decoded(pictures.read(path))


def decoded(file: bytes) -> np.ndarray:
    """A compressed picture as `uint8[H, W, 3], RGB`, a fresh array."""
    with PillowImage.open(io.BytesIO(file)) as picture:
        return np.array(picture.convert("RGB"))


def _compressed(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    PillowImage.fromarray(image).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
