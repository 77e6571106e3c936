"""Writes one person's pictures the way the tests expect to find them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.hw_sim.rendering import scenes
from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.cast import Patient
from tests.hw_sim.rendering.sitter import prepare

JPEG_QUALITY = 85
PORTRAIT_COMPRESSION = 9.6
"""Raw grey bytes for each byte of JPEG 2000: 240 x 320 becomes about 8 kB."""
LIVE_FRAMES = 24
AWAY_FRAMES = 6
DARK_FRAMES = 6


def write_album(assets: AssetLibrary, patient: Patient, folder: Path) -> None:
    """Renders everything of one patient into `folder`."""
    rng = np.random.default_rng(patient.now.seed)
    folder.mkdir(parents=True, exist_ok=True)
    younger = prepare(assets, patient.on_the_card, scenes.STUDIO)
    write_portrait(scenes.portrait(younger, rng), folder / "portrait.jp2")
    sitter = prepare(assets, patient.now, scenes.RECEPTION)
    _write_frames(scenes.live(sitter, LIVE_FRAMES, rng), folder / "live")
    _write_frames(scenes.away(sitter, AWAY_FRAMES, rng), folder / "away")
    _write_frames(scenes.dark(sitter, DARK_FRAMES, rng), folder / "dark")


def write_portrait(picture: NDArray[np.uint8], path: Path) -> None:
    """Saves a colour picture as the greyscale JPEG 2000 file a card carries."""
    grey = Image.fromarray(picture).convert("L")
    grey.save(path, "JPEG2000", quality_mode="rates", quality_layers=[PORTRAIT_COMPRESSION])


def _write_frames(frames: Iterable[NDArray[np.uint8]], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for number, frame in enumerate(frames):
        path = folder / f"{number:03d}.jpg"
        Image.fromarray(frame).save(path, "JPEG", quality=JPEG_QUALITY, optimize=True)
