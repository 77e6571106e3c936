import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from device.face.cameras.frames import FolderCamera
from tests.hw_sim.camera_patient import PEOPLE, CameraPatient
from tests.hw_sim.live_pictures import LivePictures
from tests.hw_sim.rendering.assets import ENVIRONMENT_VARIABLE
from tests.hw_sim.rendering.live import CLIP, ENOUGH, write_newest

needs_data = pytest.mark.skipif(
    not os.environ.get(ENVIRONMENT_VARIABLE), reason=f"{ENVIRONMENT_VARIABLE} names no data"
)
no_data = pytest.mark.usefixtures("_no_data")
PATIENCE_S = 240.0


@pytest.fixture
def _no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)


@no_data
def test_a_living_patient_turns_when_asked_and_back(tmp_path: Path) -> None:
    link = tmp_path / "camera"
    patient = CameraPatient(link)
    patient.show("taro")
    for hint, seen in (("turn_left", "turn_left"), ("good", "live"), ("turn_right", "turn_right")):
        patient.hear(hint)
        assert link.resolve() == (PEOPLE / "taro" / seen).resolve()
    patient.hear("")
    assert link.resolve() == (PEOPLE / "taro" / "live").resolve()


@no_data
def test_somebody_else_is_shown_at_once(tmp_path: Path) -> None:
    patient = CameraPatient(tmp_path / "camera")
    patient.show("taro")
    patient.hear("turn_left")
    patient.show("hanako")
    assert (tmp_path / "camera").resolve() == (PEOPLE / "hanako" / "live").resolve()


@no_data
def test_who_has_turned_away_does_nothing_that_is_asked(tmp_path: Path) -> None:
    patient = CameraPatient(tmp_path / "camera")
    patient.show("taro", "away")
    patient.hear("turn_left")
    assert (tmp_path / "camera").resolve() == (PEOPLE / "taro" / "away").resolve()


@no_data
def test_pictures_of_ones_own_do_nothing_that_is_asked(tmp_path: Path) -> None:
    patient = CameraPatient(tmp_path / "camera")
    patient.show("taro")
    patient.show_pictures(tmp_path)
    patient.hear("turn_left")
    assert (tmp_path / "camera").resolve() == tmp_path.resolve()


def test_a_renderer_that_cannot_work_leaves_the_committed_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "/nowhere")
    patient = CameraPatient(tmp_path / "camera")
    patient.show("taro")
    ends_at_s = time.monotonic() + PATIENCE_S
    while "/nowhere" not in (tmp_path / "camera-1.log").read_text():
        assert time.monotonic() < ends_at_s
        time.sleep(0.05)
    patient.hear("")
    assert (tmp_path / "camera").resolve() == (PEOPLE / "taro" / "live").resolve()
    patient.leave()


@no_data
def test_rendered_pictures_are_played_once_there_are_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stand_in(person: str, folder: Path) -> LivePictures:
        return LivePictures(person, folder)  # whose renderer lacks data and so ends at once

    monkeypatch.setattr(LivePictures, "if_possible", stand_in)
    patient = CameraPatient(tmp_path / "camera")
    patient.show("taro")
    rendered = tmp_path / "camera-1"
    write_newest(_pictures(ENOUGH - 1), rendered)
    patient.hear("")
    assert (tmp_path / "camera").resolve() == (PEOPLE / "taro" / "live").resolve()
    write_newest(_pictures(ENOUGH), rendered)
    patient.hear("")
    assert (tmp_path / "camera").resolve() == rendered
    patient.hear("turn_left")
    assert (tmp_path / "camera").resolve() == (PEOPLE / "taro" / "turn_left").resolve()
    patient.show("taro", "dark")
    assert (tmp_path / "camera").resolve() == (PEOPLE / "taro" / "dark").resolve()


def test_only_the_newest_pictures_are_kept(tmp_path: Path) -> None:
    write_newest(_pictures(CLIP + 3), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{n:03d}.jpg" for n in range(CLIP)]
    assert int(FolderCamera(tmp_path, 100).read().image[0, 0, 0]) == 5 * CLIP


def _pictures(count: int) -> Iterator[NDArray[np.uint8]]:
    return (np.full((8, 8, 3), 5 * number, np.uint8) for number in range(count))


@needs_data
def test_with_data_somebody_is_rendered_anew(tmp_path: Path) -> None:
    patient = CameraPatient(tmp_path / "camera")
    patient.show("taro")
    ends_at_s = time.monotonic() + PATIENCE_S
    while (tmp_path / "camera").resolve() != tmp_path / "camera-1":
        assert time.monotonic() < ends_at_s
        time.sleep(0.2)
        patient.hear("")
    camera = FolderCamera(tmp_path / "camera", 100)
    first, second = camera.read().image, camera.read().image
    patient.leave()
    assert first.shape == (480, 640, 3)
    assert (first != second).any()
