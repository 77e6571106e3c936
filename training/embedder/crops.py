"""Faces cut out once, wide enough for every network that will look at them.

All faces lie on one template, so that two can be blended into a third one, and one random shift
moves what the teachers see and what the student sees alike.
"""

import csv
import hashlib
import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from device.face.alignment import align
from device.face.bundle import read_detector, read_embedder
from device.face.detector import Detector
from device.face.evaluate.copies import on_one_side, thumbnail
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.port import Values
from device.face.runtimes import auto

SIDE_PX = 176
SCALE = 0.75
"""Stored pixels a pixel of the ResNet's own picture: about what the portraits hold."""
MARGIN_PX = 22
"""Stored pixels left of and above that picture: MobileFace's reaches further up."""
QUALITY = 78
"""Of WebP: 14,000 faces stay below 60 MiB."""
LARGEST_BYTES = 60 * 2**20
"""Of all faces together, so that they can be carried to a machine with an accelerator."""
HELD_OUT_PERCENT = 25


@dataclass(frozen=True, slots=True)
class Crops:
    """Wide crops of faces, still compressed."""

    files: list[bytes]
    """WebP, each `uint8[176, 176, 3]`."""
    is_asian_set: np.ndarray
    """bool[N]: from the set whose population the calibration is for."""

    def __len__(self) -> int:
        return len(self.files)

    def image(self, index: int) -> np.ndarray:
        """`uint8[176, 176, 3], RGB`."""
        with PillowImage.open(io.BytesIO(self.files[index])) as picture:
            return np.asarray(picture.convert("RGB"))

    def save(self, path: Path) -> None:
        """Writes them as one `.npz`.

        Raises:
            ValueError: if they take more than may be carried to another machine.
        """
        ends = np.cumsum([len(file) for file in self.files])
        content = np.frombuffer(b"".join(self.files), np.uint8)
        if len(content) > LARGEST_BYTES:
            size, most = len(content) / 2**20, LARGEST_BYTES >> 20
            raise ValueError(f"{len(self)} faces take {size:.1f} MiB of at most {most}")
        np.savez(path, content=content, ends=ends, is_asian_set=self.is_asian_set)

    @staticmethod
    def load(path: Path) -> "Crops":
        """Reads a file written by `save`."""
        with np.load(path) as stored:
            parts = np.split(stored["content"], stored["ends"][:-1])
            return Crops([part.tobytes() for part in parts], stored["is_asian_set"])


def wide_template() -> np.ndarray:
    """float32[5, 2]: where the five points lie in a wide crop, px."""
    return read_embedder(MODELS_FOLDER / "resnet29").template * SCALE + MARGIN_PX


@dataclass(frozen=True, slots=True)
class Portraits:
    """The faces of one folder, cut out."""

    crops: dict[str, bytes]
    """WebP, by the picture's path in the folder."""
    thumbnails: dict[str, Values]
    """They tell copies of one photograph."""


def pack(asian_set: Path, other_set: Path, pairs: Path) -> Crops:
    """Cuts out the faces of all people who may be learnt from.

    Args:
        asian_set: folder of All-Age-Faces.
        other_set: folder of Labeled Faces in the Wild, a folder a person.
        pairs: whoever is named there judges and never teaches.
    """
    files, is_asian = [], []
    for folder, is_asian_set in ((asian_set, True), (other_set, False)):
        portraits = cut_out(folder)
        taught, _ = split(portraits, judges_of(pairs))
        files += [portraits.crops[name] for name in taught]
        is_asian += [is_asian_set] * len(taught)
    return Crops(files, np.array(is_asian))


def cut_out(folder: Path) -> Portraits:
    """Finds the largest face of each picture in a folder; those without one are missing."""
    bundle = read_detector(MODELS_FOLDER / "detector")
    detector = Detector(bundle, auto.create(Settings()).load(bundle.content))
    wide, narrow = wide_template(), read_embedder(MODELS_FOLDER / "resnet29")
    portraits = Portraits({}, {})
    for path in sorted(folder.rglob("*.jpg")):
        with PillowImage.open(path) as picture:
            image = np.asarray(picture.convert("RGB"))
        faces = detector.faces(image)
        if faces:
            name = path.relative_to(folder).as_posix()
            points = faces[0].points
            portraits.crops[name] = _compressed(align(image, points, wide, SIDE_PX))
            portraits.thumbnails[name] = thumbnail(
                align(image, points, narrow.template, narrow.input_px)
            )
    return portraits


def _compressed(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    PillowImage.fromarray(image).save(file, "WEBP", quality=QUALITY)
    return file.getvalue()


def judges_of(pairs: Path) -> frozenset[str]:
    """Everybody named in a table of pairs."""
    with pairs.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return frozenset(person_of(row[side]) for row in rows for side in ("path_a", "path_b"))


def person_of(path: str) -> str:
    """The folder names the person, or the file itself where there is one picture of each."""
    return path.rsplit("/", 1)[0] if "/" in path else path


def split(portraits: Portraits, judges: Collection[str]) -> tuple[list[str], list[str]]:
    """The pictures that teach and those that are held out: by person, and by photograph.

    Args:
        portraits: of one folder.
        judges: people who are held out besides those who are drawn.
    """
    held_out = {name for name in portraits.crops if _is_held_out(person_of(name), judges)}
    return on_one_side(portraits.thumbnails, held_out)


def _is_held_out(person: str, judges: Collection[str]) -> bool:
    is_drawn = hashlib.sha256(person.encode()).digest()[0] % 100 < HELD_OUT_PERCENT
    return is_drawn or person in judges
