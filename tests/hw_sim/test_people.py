"""The committed pictures of synthetic patients are what the simulated card and camera expect."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.hw_sim.camera_patient import PEOPLE
from tests.hw_sim.faces import FaceReader
from tests.hw_sim.rendering.cast import CAST, LOOK_ALIKES, SCENARIO_CAST
from tests.hw_sim.rendering.grid import CHANGES, NAMES

LOOK_ALIKES_FOLDER = PEOPLE.with_name("look_alikes")
EVERYBODY = [
    *(PEOPLE / name for name in CAST),
    *(LOOK_ALIKES_FOLDER / name for name in LOOK_ALIKES),
]
JP2_SIGNATURE = bytes.fromhex("0000000C6A5020200D0A870A")
MOST_BYTES = 15_000_000
LEAST_PEOPLE = 16
LEAST_LIVE_FRAMES = 12

everybody = pytest.mark.parametrize("folder", EVERYBODY, ids=lambda folder: folder.name)
actors = pytest.mark.parametrize("name", SCENARIO_CAST)


def frame_paths(folder: Path, kind: str) -> list[Path]:
    return sorted((folder / kind).glob("*.jpg"))


def grey(path: Path) -> NDArray[np.float64]:
    with Image.open(path) as picture:
        picture.draft("L", (320, 240))  # JPEG at half size, to save time
        return np.asarray(picture.convert("L"), dtype=np.float64)


@pytest.fixture(scope="module")
def reader() -> FaceReader:
    return FaceReader()


def test_the_folders_hold_exactly_the_cast_and_the_look_alikes() -> None:
    assert len(CAST) >= LEAST_PEOPLE
    folders = [path for path in PEOPLE.iterdir() if path.is_dir()]
    folders += list(LOOK_ALIKES_FOLDER.iterdir())
    assert sorted(folders) == sorted(EVERYBODY)


def test_all_pictures_together_stay_small() -> None:
    files = [path for top in (PEOPLE, LOOK_ALIKES_FOLDER) for path in top.rglob("*")]
    assert sum(path.stat().st_size for path in files if path.is_file()) < MOST_BYTES


@everybody
def test_portrait_is_a_small_grey_jp2(folder: Path) -> None:
    content = (folder / "portrait.jp2").read_bytes()
    assert content.startswith(JP2_SIGNATURE)
    assert 5_000 <= len(content) <= 11_000
    with Image.open(folder / "portrait.jp2") as portrait:
        assert (portrait.size, portrait.mode) == ((240, 320), "L")


@everybody
def test_portrait_shows_somebody_before_a_light_wall(folder: Path) -> None:
    picture = grey(folder / "portrait.jp2")
    assert picture[:20].mean() > 180
    assert picture[:20].mean() - picture[100:220, 70:170].mean() > 30
    assert picture[100:220, 70:170].std() > 15


@everybody
def test_frames_are_complete_and_of_camera_size(folder: Path) -> None:
    live = [path.name for path in frame_paths(folder, "live")]
    assert live == [f"{number:03d}.jpg" for number in range(len(live))]
    assert len(live) >= LEAST_LIVE_FRAMES
    for path in folder.rglob("*.jpg"):
        with Image.open(path) as frame:
            assert (frame.size, frame.mode, frame.format) == ((640, 480), "RGB", "JPEG")


@pytest.mark.parametrize("name", CAST)
def test_each_pose_is_there_with_open_and_shut_eyes_in_every_light(name: str) -> None:
    assert {path.stem for path in frame_paths(PEOPLE / name, "grid")} == set(NAMES)
    assert {path.stem for path in frame_paths(PEOPLE / name, "changed")} == set(CHANGES)


@everybody
def test_one_face_is_found_in_every_picture(folder: Path, reader: FaceReader) -> None:
    kinds = ("live", "grid", "changed")
    paths = [path for kind in kinds for path in frame_paths(folder, kind)]
    counts = {path.stem: len(reader.faces(path)) for path in [folder / "portrait.jp2", *paths]}
    assert {name: count for name, count in counts.items() if count != 1} == {}


@pytest.mark.parametrize("name", CAST)
def test_the_lights_of_the_grid_differ(name: str) -> None:
    room, side, dim = (
        grey(PEOPLE / name / "grid" / f"front_open_{light}.jpg")[60:180, 120:200]
        for light in ("room", "side", "dim")
    )
    assert dim.mean() < 0.75 * room.mean()
    assert (
        side[:, :40].mean() / side[:, 40:].mean() > 1.2 * room[:, :40].mean() / room[:, 40:].mean()
    )


@everybody
def test_no_two_consecutive_live_frames_are_alike(folder: Path) -> None:
    frames = [grey(path) for path in frame_paths(folder, "live")]
    for before, after in pairwise(frames):
        assert np.abs(after - before).mean() > 0.3


@actors
@pytest.mark.parametrize(
    ("kind", "count"), [("live", 24), ("away", 6), ("dark", 6), ("turn_left", 9), ("turn_right", 9)]
)
def test_the_scenarios_have_their_scenes(name: str, kind: str, count: int) -> None:
    paths = frame_paths(PEOPLE / name, kind)
    assert [path.name for path in paths] == [f"{number:03d}.jpg" for number in range(count)]


@actors
def test_dark_frames_are_far_darker_than_live_ones(name: str) -> None:
    darkest_live = min(grey(path).mean() for path in frame_paths(PEOPLE / name, "live"))
    brightest_dark = max(grey(path).mean() for path in frame_paths(PEOPLE / name, "dark"))
    assert brightest_dark < 30 < 90 < darkest_live


@actors
def test_the_room_is_empty_in_the_end(name: str) -> None:
    person, *_, nobody = [grey(path) for path in frame_paths(PEOPLE / name, "away")]
    middle = np.s_[60:180, 110:210]
    assert nobody[middle].std() < 15 < person[middle].std()
