"""A camera that plays the pictures of a folder over and over, at a given pace.

For demonstrations and tests: whoever replaces the folder, or the symbolic link that stands for it,
changes who stands before the reader. The folder is read anew when a link points elsewhere and after
every round.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
from msgspec import Meta
from PIL import Image as PillowImage

from device.face.errors import CameraError
from device.face.port import Camera, Frame, can_be_a_frame
from device.tables import Table

MAX_PACE_FPS = 120
SUFFIXES = (".jpg", ".jpeg", ".png")


class Settings(Table, frozen=True):
    """Which pictures, how fast."""

    folder: Path
    """Pictures `.jpg` or `.png`, or a symbolic link to a folder of them."""
    fps: Annotated[float, Meta(gt=0, le=MAX_PACE_FPS)] = 10.0
    """Pictures a second."""


class FolderCamera:
    """Plays a folder's pictures in the order of their names."""

    def __init__(
        self,
        folder: Path,
        pace_fps: float,
        now_s: Callable[[], float] = time.monotonic,
        sleep_s: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = folder
        self._gap_s = 1.0 / pace_fps
        self._now_s = now_s
        self._sleep_s = sleep_s
        self._shown: Path | None = None
        self._waiting: list[Path] = []
        self._next_s = now_s()

    def read(self) -> Frame:
        """Waits for the next picture; see `device.face.port.Camera`."""
        path = self._next_picture()
        try:
            with PillowImage.open(path) as picture:
                # Nothing is decoded before the size that the file announces is a possible one.
                if not can_be_a_frame(*picture.size):
                    raise CameraError("a picture of the camera's folder has an impossible size")
                image = np.array(picture.convert("RGB"), np.uint8)
        except (
            OSError,
            ValueError,
            SyntaxError,
            PillowImage.DecompressionBombError,
        ) as error:
            raise CameraError("a picture of the camera's folder cannot be read") from error
        self._sleep_s(max(0.0, self._next_s - self._now_s()))
        taken_at_s = self._now_s()
        self._next_s = max(self._next_s, taken_at_s - self._gap_s) + self._gap_s
        return Frame(image, taken_at_s)

    def close(self) -> None:
        """Forgets the round; see `device.face.port.Camera`."""
        self._waiting = []

    def _next_picture(self) -> Path:
        target = self._folder.resolve()
        if target != self._shown or not self._waiting:
            self._shown = target
            self._waiting = _pictures(target)
        if not self._waiting:
            raise CameraError("the camera's folder holds no pictures")
        return self._waiting.pop(0)


def create(settings: Settings) -> Camera:
    """Opens the camera."""
    return FolderCamera(settings.folder, settings.fps)


def _pictures(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise CameraError("the camera's folder cannot be read") from error
