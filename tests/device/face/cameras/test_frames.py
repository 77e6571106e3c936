import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from device.errors import ConfigurationError
from device.face.cameras import frames
from device.face.cameras.frames import FolderCamera, Settings
from device.face.errors import CameraError
from device.tables import read_table


class Clock:
    def __init__(self) -> None:
        self.now_s = 50.0
        self.slept: list[float] = []

    def sleep(self, for_s: float) -> None:
        self.slept.append(for_s)
        self.now_s += for_s


def _folder(folder: Path, *greys: int) -> Path:
    folder.mkdir(exist_ok=True)
    for index, grey in enumerate(greys):
        image = np.full((12, 16, 3), grey, np.uint8)
        PillowImage.fromarray(image).save(folder / f"live_{index:02}.png")
    return folder


def _camera(folder: Path, clock: Clock, fps: float = 10) -> FolderCamera:
    return FolderCamera(folder, fps, lambda: clock.now_s, clock.sleep)


def _greys(camera: FolderCamera, count: int) -> list[int]:
    return [int(camera.read().image[0, 0, 0]) for _ in range(count)]


def test_the_pictures_come_in_order_over_and_over(tmp_path: Path) -> None:
    camera = _camera(_folder(tmp_path / "a", 10, 20, 30), Clock())
    assert _greys(camera, 7) == [10, 20, 30, 10, 20, 30, 10]


def test_the_pace_is_kept_even_if_a_reader_was_slow(tmp_path: Path) -> None:
    clock = Clock()
    camera = _camera(_folder(tmp_path / "a", 10), clock)
    times = [camera.read().taken_at_s for _ in range(3)]
    assert times == pytest.approx([50.0, 50.1, 50.2])
    clock.now_s += 5
    late = [camera.read().taken_at_s for _ in range(3)]
    assert late == pytest.approx([55.2, 55.2, 55.3])


def test_a_link_that_points_elsewhere_changes_the_person_at_once(tmp_path: Path) -> None:
    first, second = _folder(tmp_path / "a", 10, 20, 30), _folder(tmp_path / "b", 110, 120)
    link, fresh = tmp_path / "live", tmp_path / "fresh"
    link.symlink_to(first)
    camera = _camera(link, Clock())
    assert _greys(camera, 2) == [10, 20]
    fresh.symlink_to(second)
    fresh.replace(link)
    assert _greys(camera, 3) == [110, 120, 110]


def test_new_pictures_are_seen_in_the_next_round(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "a", 10)
    camera = _camera(folder, Clock())
    assert _greys(camera, 1) == [10]
    _folder(folder, 10, 20)
    assert _greys(camera, 2) == [10, 20]


def test_each_frame_belongs_to_its_receiver(tmp_path: Path) -> None:
    camera = _camera(_folder(tmp_path / "a", 10), Clock())
    frame = camera.read()
    frame.image.fill(0)
    assert _greys(camera, 1) == [10]
    assert "image" not in repr(frame)


def test_grey_pictures_become_colour(tmp_path: Path) -> None:
    PillowImage.new("L", (16, 12), 77).save(tmp_path / "grey.jpg")
    assert _camera(tmp_path, Clock()).read().image.shape == (12, 16, 3)


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(CameraError, match="no pictures"):
        _camera(tmp_path, Clock()).read()
    with pytest.raises(CameraError, match="cannot be read"):
        _camera(tmp_path / "nowhere", Clock()).read()


def test_a_damaged_picture_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(CameraError, match="picture"):
        _camera(tmp_path, Clock()).read()


def test_the_settings_name_folder_and_pace(tmp_path: Path) -> None:
    _folder(tmp_path / "a", 10)
    settings = read_table({"folder": "a", "fps": 30}, Settings, tmp_path, "settings of frames")
    camera = frames.create(settings)
    assert camera.read().image.shape == (12, 16, 3)
    camera.close()


@pytest.mark.parametrize("settings", [{}, {"folder": "x", "fps": 0}, {"folder": "x", "fps": "10"}])
def test_wrong_settings_are_refused(settings: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="settings of frames"):
        read_table(settings, Settings, tmp_path, "settings of frames")


def _announcing(width: int, height: int) -> bytes:
    """A PNG that ends where its pixels begin."""
    chunk = b"IHDR" + struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    size, sum_ = struct.pack(">I", len(chunk) - 4), struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + size + chunk + sum_ + bytes(4) + b"IDAT"


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (_announcing(5000, 16), "impossible size"),
        (_announcing(16, 5000), "impossible size"),
        (_announcing(2_000_000_000, 2_000_000_000), "cannot be read"),
        (_announcing(16, 16), "cannot be read"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "cannot be read"),
        (b"no picture", "cannot be read"),
    ],
)
def test_a_hostile_picture_is_an_error_of_the_camera(
    tmp_path: Path, picture: bytes, sentence: str
) -> None:
    (tmp_path / "live_00.png").write_bytes(picture)
    with pytest.raises(CameraError, match=sentence):
        _camera(tmp_path, Clock()).read()
