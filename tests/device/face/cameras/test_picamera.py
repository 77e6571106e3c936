import sys
from types import ModuleType

import numpy as np
import pytest

from device.face.cameras import picamera
from device.face.errors import CameraError


class FakePicamera:
    """Speaks like picamera2: configured once, then gives arrays."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def create_video_configuration(self, main: dict[str, object]) -> object:
        return main

    def configure(self, configuration: object) -> None:
        self.told.append(configuration)

    def start(self) -> None:
        self.told.append("start")

    def capture_array(self, name: str) -> object:
        if len(self.told) > 5:
            raise RuntimeError("camera frontend has timed out")
        self.told.append(name)
        return np.full((480, 640, 3), 7, np.uint8)

    def close(self) -> None:
        self.told.append("close")


def _install(monkeypatch: pytest.MonkeyPatch, maker: object) -> None:
    module = ModuleType("picamera2")
    module.Picamera2 = maker  # type: ignore[attr-defined]  # a stand-in for the vendor's module
    monkeypatch.setitem(sys.modules, "picamera2", module)


def test_pictures_come_as_rgb(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakePicamera()
    _install(monkeypatch, lambda: fake)
    camera = picamera.create(picamera.Settings())
    frame = camera.read()
    frame.image.fill(0)
    camera.close()
    assert fake.told == [{"size": (640, 480), "format": "BGR888"}, "start", "main", "close"]
    assert frame.image.shape == (480, 640, 3)


def test_a_camera_that_stops_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch, FakePicamera)
    camera = picamera.create(picamera.Settings())
    for _ in range(4):
        camera.read()
    with pytest.raises(CameraError, match="no pictures"):
        camera.read()


@pytest.mark.parametrize("error", [IndexError, RuntimeError])
def test_no_camera_is_said_clearly(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fail() -> FakePicamera:
        raise error

    _install(monkeypatch, fail)
    with pytest.raises(CameraError, match="no camera is connected"):
        picamera.create(picamera.Settings())


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError, match="python3-picamera2"):
        picamera.create(picamera.Settings())
