"""The committed pictures of synthetic patients are what the simulated card and camera expect."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

PEOPLE = Path(__file__).parent / "people"
NAMES = ("hanako", "jiro", "taro", "umeko")
JP2_SIGNATURE = bytes.fromhex("0000000C6A5020200D0A870A")
MOST_BYTES = 4_500_000


def frame_paths(name: str, kind: str) -> list[Path]:
    return sorted((PEOPLE / name / kind).glob("*.jpg"))


def grey(path: Path) -> NDArray[np.float64]:
    with Image.open(path) as picture:
        picture.draft("L", (320, 240))  # JPEG at half size, to save time
        return np.asarray(picture.convert("L"), dtype=np.float64)


def test_the_folder_holds_exactly_the_cast() -> None:
    assert sorted(path.name for path in PEOPLE.iterdir() if path.is_dir()) == sorted(NAMES)


def test_all_pictures_together_stay_small() -> None:
    files = [path for path in PEOPLE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_portrait_is_a_small_grey_jp2(name: str) -> None:
    content = (PEOPLE / name / "portrait.jp2").read_bytes()
    assert content.startswith(JP2_SIGNATURE)
    assert 5_000 <= len(content) <= 11_000
    with Image.open(PEOPLE / name / "portrait.jp2") as portrait:
        assert (portrait.size, portrait.mode) == ((240, 320), "L")


@pytest.mark.parametrize("name", NAMES)
def test_portrait_shows_somebody_before_a_light_wall(name: str) -> None:
    picture = grey(PEOPLE / name / "portrait.jp2")
    assert picture[:20].mean() > 180
    assert picture[:20].mean() - picture[100:220, 70:170].mean() > 30
    assert picture[100:220, 70:170].std() > 15


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("kind", "count"), [("live", 24), ("away", 6), ("dark", 6), ("turn_left", 9), ("turn_right", 9)]
)
def test_frames_are_complete_and_of_camera_size(name: str, kind: str, count: int) -> None:
    paths = frame_paths(name, kind)
    assert [path.name for path in paths] == [f"{number:03d}.jpg" for number in range(count)]
    for path in paths:
        with Image.open(path) as frame:
            assert (frame.size, frame.mode, frame.format) == ((640, 480), "RGB", "JPEG")


@pytest.mark.parametrize("name", NAMES)
def test_no_two_consecutive_live_frames_are_alike(name: str) -> None:
    frames = [grey(path) for path in frame_paths(name, "live")]
    for before, after in pairwise(frames):
        assert np.abs(after - before).mean() > 0.3


@pytest.mark.parametrize("name", NAMES)
def test_dark_frames_are_far_darker_than_live_ones(name: str) -> None:
    darkest_live = min(grey(path).mean() for path in frame_paths(name, "live"))
    brightest_dark = max(grey(path).mean() for path in frame_paths(name, "dark"))
    assert brightest_dark < 30 < 90 < darkest_live


@pytest.mark.parametrize("name", NAMES)
def test_the_room_is_empty_in_the_end(name: str) -> None:
    person, *_, nobody = [grey(path) for path in frame_paths(name, "away")]
    middle = np.s_[60:180, 110:210]
    assert nobody[middle].std() < 15 < person[middle].std()
