"""Command line: renders somebody before the camera, picture after picture, until it is ended.

Started by `tests.hw_sim.live_pictures`. The folder always holds the newest pictures, a few seconds
of them.
"""

import argparse
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.hw_sim.rendering import scenes
from tests.hw_sim.rendering.album import JPEG_QUALITY
from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.cast import patient_called
from tests.hw_sim.rendering.sitter import Sitter, prepare

CLIP = 24
"""Pictures kept: the oldest one is replaced."""
ENOUGH = 6
"""Pictures there should be before they are played."""


def main() -> None:
    """Renders until a signal ends it."""
    parser = argparse.ArgumentParser(prog="python -m tests.hw_sim.rendering.live")
    parser.add_argument("--person", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    patient = patient_called(arguments.person)
    sitter = prepare(AssetLibrary.from_environment(), patient.now, scenes.RECEPTION)
    write_newest(_endless(sitter), arguments.folder)


def write_newest(pictures: Iterable[NDArray[np.uint8]], folder: Path) -> None:
    """Writes pictures (uint8[H, W, 3], RGB) as they come; a reader never finds half of one."""
    for number, picture in enumerate(pictures):
        part = folder / "part"
        Image.fromarray(picture).save(part, "JPEG", quality=JPEG_QUALITY)
        part.replace(folder / f"{number % CLIP:03d}.jpg")


def _endless(sitter: Sitter) -> Iterator[NDArray[np.uint8]]:
    """Clip after clip, none moving like another."""
    for _ in count():
        yield from scenes.live(sitter, CLIP, np.random.default_rng())


if __name__ == "__main__":
    main()
