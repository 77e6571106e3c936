"""A patient whose face, photo and PIN are like nobody else's, so that any trace of them is theirs.

A faint grain, drawn anew for each patient, lies over a person of the cast: the face check sees the
same person, and no other picture holds the same rows of pixels.
"""

import io
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from tests.hw_sim.camera_patient import PEOPLE

Pixels = NDArray[np.uint8]

PICTURES = 4
_GRAIN = 3
"""Grey levels up and down: more than a lossless file needs, less than the face check minds."""
_PHOTO_RATE = 10
"""Shrinks the photo to about 8 KB, as cards hold it."""


@dataclass(frozen=True)
class CanaryPatient:
    """What the world shows to the reader."""

    photo: bytes
    """On the card, JPEG 2000."""
    pictures: list[Pixels]
    """Before the camera, one after the other."""
    pin: str
    """4 digits that begin with 0: no number of a log is written so."""

    @classmethod
    def like(cls, holder: str, sitter: str | None = None) -> Self:
        """Somebody of the cast on the card, and the same person or another before the camera."""
        grain = np.random.default_rng(random.SystemRandom().getrandbits(64))
        live = sorted((PEOPLE / (sitter or holder) / "live").iterdir())[:PICTURES]
        portrait = _grained(PEOPLE / holder / "portrait.jp2", "L", grain)
        return cls(
            photo=_jpeg2000(portrait),
            pictures=[_grained(path, "RGB", grain) for path in live],
            pin=f"0{random.SystemRandom().randint(100, 999)}",
        )

    def stand_in(self, folder: Path) -> Path:
        """Write the pictures for the camera."""
        folder.mkdir(parents=True)
        for number, picture in enumerate(self.pictures):
            PillowImage.fromarray(picture).save(folder / f"{number:03d}.png")
        return folder


def _grained(path: Path, mode: str, grain: np.random.Generator) -> Pixels:
    with PillowImage.open(path) as picture:
        pixels = np.array(picture.convert(mode), np.int16)
    pixels += grain.integers(-_GRAIN, _GRAIN + 1, pixels.shape, np.int16)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _jpeg2000(grey: Pixels) -> bytes:
    written = io.BytesIO()
    PillowImage.fromarray(grey).save(
        written, "JPEG2000", quality_mode="rates", quality_layers=[_PHOTO_RATE], irreversible=True
    )
    return written.getvalue()
