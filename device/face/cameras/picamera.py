"""The Raspberry Pi's own camera, through picamera2.

picamera2 needs the `libcamera` module of the system's packages, which no package index carries: the
virtual environment must be made with `--system-site-packages` (facts/platform.md §5.4).
"""

import time
from typing import Annotated, Protocol

import numpy as np
from msgspec import Meta

from device.face.errors import CameraError
from device.face.port import MAX_FRAME_SIDE_PX, Camera, Frame
from device.tables import Table

RGB_IN_MEMORY = "BGR888"
"""libcamera names the order within a little-endian word: this one lies as R, G, B in memory."""


class Settings(Table, frozen=True):
    """What size."""

    width_px: Annotated[int, Meta(ge=160, le=MAX_FRAME_SIDE_PX)] = 640
    """Columns of a picture."""
    height_px: Annotated[int, Meta(ge=120, le=MAX_FRAME_SIDE_PX)] = 480
    """Rows of a picture."""


class Picamera(Protocol):
    """The calls of `picamera2.Picamera2` that are used here."""

    def create_video_configuration(self, main: dict[str, object]) -> object: ...  # noqa: D102
    def configure(self, configuration: object) -> None: ...  # noqa: D102
    def start(self) -> None: ...  # noqa: D102
    def capture_array(self, name: str) -> object: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class PiCamera:
    """A camera on the ribbon cable."""

    def __init__(self, picamera: Picamera, settings: Settings) -> None:
        self._picamera = picamera
        size = settings.width_px, settings.height_px
        main: dict[str, object] = {"size": size, "format": RGB_IN_MEMORY}
        picamera.configure(picamera.create_video_configuration(main=main))
        picamera.start()

    def read(self) -> Frame:
        """Waits for the next picture; see `device.face.port.Camera`."""
        try:
            image = np.array(self._picamera.capture_array("main"), np.uint8)
        except RuntimeError as error:
            raise CameraError("the camera gives no pictures") from error
        return Frame(image, time.monotonic())

    def close(self) -> None:
        """Switches the camera off; see `device.face.port.Camera`."""
        self._picamera.close()


def create(settings: Settings) -> Camera:
    """Opens the camera.

    Raises:
        CameraError: if picamera2 or the camera is missing.
    """
    try:
        from picamera2 import Picamera2
    except ImportError as error:
        raise CameraError(
            'picamera2 is not installed: "apt install python3-picamera2" and a virtual environment '
            "made with --system-site-packages"
        ) from error
    try:
        return PiCamera(Picamera2(), settings)
    except (RuntimeError, IndexError) as error:
        raise CameraError("no camera is connected") from error
