"""Writes one person's pictures the way the tests expect to find them."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.hw_sim.rendering import scenes
from tests.hw_sim.rendering.ageing import Patient
from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.grid import LIGHTS, NamedPicture, changes, grid
from tests.hw_sim.rendering.sitter import Sitter, prepare, prepare_each

JPEG_QUALITY = 76
PORTRAIT_COMPRESSION = 9.6
"""Raw grey bytes for each byte of JPEG 2000: 240 x 320 becomes about 8 kB."""
LIVE_FRAMES = 12
AWAY_FRAMES = 6
DARK_FRAMES = 6
SCENARIO_KINDS = ("away", "dark")
KINDS = ("portrait", "live", "grid", "changed", *SCENARIO_KINDS)


def write_album(
    assets: AssetLibrary, patient: Patient, folder: Path, kinds: Iterable[str] = KINDS
) -> None:
    """Renders pictures of one patient into `folder`; each kind comes out the same every time."""
    wanted = set(kinds)
    folder.mkdir(parents=True, exist_ok=True)
    if "portrait" in wanted:
        younger = prepare(assets, patient.on_the_card, scenes.STUDIO)
        picture = scenes.portrait(younger, _generator(patient, "portrait"))
        write_portrait(picture, folder / "portrait.jp2")
    if wanted - {"portrait"}:
        prepared = prepare_each(assets, patient.now, tuple(LIGHTS.values()))
        sitters = dict(zip(LIGHTS, prepared, strict=True))
        for kind in (kind for kind in KINDS[1:] if kind in wanted):
            rng = _generator(patient, kind)
            _write_frames(_named(kind, sitters, rng), folder / kind)


def write_portrait(picture: NDArray[np.uint8], path: Path) -> None:
    """Saves a colour picture as the greyscale JPEG 2000 file a card carries."""
    grey = Image.fromarray(picture).convert("L")
    grey.save(path, "JPEG2000", quality_mode="rates", quality_layers=[PORTRAIT_COMPRESSION])


def _named(
    kind: str, sitters: dict[str, Sitter], rng: np.random.Generator
) -> Iterable[NamedPicture]:
    room = sitters["room"]
    match kind:
        case "live":
            return _numbered(scenes.live(room, LIVE_FRAMES, rng))
        case "away":
            return _numbered(scenes.away(room, AWAY_FRAMES, rng))
        case "dark":
            return _numbered(scenes.dark(room, DARK_FRAMES, rng))
        case "grid":
            return grid(sitters, rng)
        case _:
            return changes(room, rng)


def _numbered(frames: Iterable[NDArray[np.uint8]]) -> Iterable[NamedPicture]:
    return ((f"{number:03d}", frame) for number, frame in enumerate(frames))


def _write_frames(frames: Iterable[NamedPicture], folder: Path) -> None:
    """Saves pictures; the folder appears when it is complete."""
    part = folder.with_name(f".{folder.name}")
    part.mkdir(exist_ok=True)
    for name, frame in frames:
        Image.fromarray(frame).save(
            part / f"{name}.jpg", "JPEG", quality=JPEG_QUALITY, optimize=True
        )
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def _generator(patient: Patient, kind: str) -> np.random.Generator:
    return np.random.default_rng([patient.now.seed, KINDS.index(kind)])
