"""A USB or built-in camera of Linux, through OpenCV."""

import time
from types import ModuleType
from typing import Annotated

import numpy as np
from msgspec import Meta

from device.face.errors import CameraError
from device.face.port import MAX_FRAME_SIDE_PX, Camera, Frame
from device.tables import Table

FAILURES_IN_A_ROW = 10
"""Some cameras give no picture for a moment after they are switched on."""


class Settings(Table, frozen=True):
    """Which camera, what size."""

    device: Annotated[int, Meta(ge=0, le=63)] = 0
    """Number of `/dev/video…`."""
    width_px: Annotated[int, Meta(ge=160, le=MAX_FRAME_SIDE_PX)] = 640
    """Columns of a picture."""
    height_px: Annotated[int, Meta(ge=120, le=MAX_FRAME_SIDE_PX)] = 480
    """Rows of a picture."""


class V4l2Camera:
    """A camera at `/dev/video<number>`."""

    def __init__(self, cv2: ModuleType, settings: Settings) -> None:
        self._capture = cv2.VideoCapture(settings.device, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            raise CameraError(f"/dev/video{settings.device} cannot be opened")
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width_px)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height_px)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def read(self) -> Frame:
        """Waits for the next picture; see `device.face.port.Camera`."""
        for _ in range(FAILURES_IN_A_ROW):
            is_good, bgr = self._capture.read()
            if is_good:
                image = np.ascontiguousarray(bgr[..., ::-1], np.uint8)
                bgr.fill(0)
                return Frame(image, time.monotonic())
        raise CameraError("the camera gives no pictures")

    def close(self) -> None:
        """Switches the camera off; see `device.face.port.Camera`."""
        self._capture.release()


def create(settings: Settings) -> Camera:
    """Opens the camera.

    Raises:
        CameraError: if OpenCV or the camera is missing.
    """
    try:
        import cv2
    except ImportError as error:
        raise CameraError('"opencv-python-headless" is not installed') from error
    return V4l2Camera(cv2, settings)
