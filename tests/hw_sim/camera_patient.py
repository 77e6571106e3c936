"""Somebody before the reader's camera, who does what the screen asks as a person would.

The reader's camera driver plays the pictures of the folder that a symbolic link stands for. Each
thing that a person can be asked for, such as `turn_left`, is a folder of pictures of its own; who
has none for it goes on as before.
"""

import threading
from pathlib import Path

PEOPLE = Path(__file__).parent / "people"
LIVE = "live"


class CameraPatient:
    """The place before the camera; the reader's camera reads the folder `link`."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._lock = threading.Lock()
        self._person = PEOPLE
        self._face = LIVE

    def show(self, person: str, face: str = LIVE) -> None:
        """Let somebody stand there from now on; only a live face does what it is asked."""
        with self._lock:
            self._person, self._face = PEOPLE / person, face
            self._point_to(self._person / face)

    def hear(self, hint: str) -> None:
        """Read what the screen says, as the name of a hint; "" when it says nothing."""
        with self._lock:
            if self._face == LIVE:
                asked = self._person / hint
                self._point_to(asked if hint and asked.is_dir() else self._person / LIVE)

    def _point_to(self, folder: Path) -> None:
        part = self._link.with_suffix(".new")
        part.unlink(missing_ok=True)
        part.symlink_to(folder)
        part.replace(self._link)
