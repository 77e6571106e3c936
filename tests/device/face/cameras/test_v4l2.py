import sys
from types import ModuleType

import numpy as np
import pytest

from device.face.cameras import v4l2
from device.face.errors import CameraError


class FakeCapture:
    """Speaks like cv2.VideoCapture: a few failures, then blue-green-red pictures."""

    def __init__(
        self,
        *,
        is_open: bool = True,
        failures: int = 0,
        shape: tuple[int, ...] = (480, 640, 3),
    ) -> None:
        self._is_open = is_open
        self._shape = shape
        self._failures = failures
        self.is_released = False

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self._is_open

    def set(self, key: int, value: float) -> bool:
        return True

    def read(self) -> tuple[bool, object]:
        self._failures -= 1
        if self._failures >= 0:
            return False, None
        picture = np.zeros(self._shape, np.uint8)
        picture[...] = (255, 128, 1)[: self._shape[-1]]
        return True, picture

    def release(self) -> None:
        self.is_released = True


def _install(monkeypatch: pytest.MonkeyPatch, capture: FakeCapture) -> None:
    module = ModuleType("cv2")
    vars(module).update(
        VideoCapture=lambda device, way: capture,
        CAP_V4L2=200,
        CAP_PROP_FRAME_WIDTH=3,
        CAP_PROP_FRAME_HEIGHT=4,
        CAP_PROP_BUFFERSIZE=38,
    )
    monkeypatch.setitem(sys.modules, "cv2", module)


def test_pictures_come_as_rgb_after_a_few_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = FakeCapture(failures=4)
    _install(monkeypatch, capture)
    camera = v4l2.create(v4l2.Settings(device=2))
    frame = camera.read()
    assert frame.image[0, 0].tolist() == [1, 128, 255]
    frame.image.fill(0)
    camera.close()
    assert capture.is_released


@pytest.mark.parametrize("shape", [(480, 5000, 3), (5000, 640, 3), (480, 640, 1), (0, 640, 3)])
def test_a_driver_that_gives_what_nobody_asked_for_is_an_error(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...]
) -> None:
    _install(monkeypatch, FakeCapture(shape=shape))
    with pytest.raises(CameraError, match="impossible size"):
        v4l2.create(v4l2.Settings()).read()


def test_a_camera_that_gives_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch, FakeCapture(failures=1000))
    with pytest.raises(CameraError, match="no pictures"):
        v4l2.create(v4l2.Settings()).read()


def test_a_missing_camera_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch, FakeCapture(is_open=False))
    with pytest.raises(CameraError, match="/dev/video3"):
        v4l2.create(v4l2.Settings(device=3))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(CameraError, match="opencv-python-headless"):
        v4l2.create(v4l2.Settings())
