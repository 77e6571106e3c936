"""Somebody before the reader's camera, who does what the screen asks as a person would.

The reader's camera driver plays the pictures of the folder that a symbolic link stands for. Each
thing that a person can be asked for, such as `turn_left`, is a folder of pictures of its own; who
has none for it goes on as before. Where MakeHuman's data is at hand, a live face is rendered anew:
the committed pictures are played only until there are enough others.
"""

import threading
from pathlib import Path

from tests.hw_sim.live_pictures import LivePictures

PEOPLE = Path(__file__).parent / "people"
LIVE = "live"


class CameraPatient:
    """The place before the camera; the reader's camera reads the folder `link`."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._lock = threading.Lock()
        self._person = PEOPLE
        self._face = LIVE
        self._rendered: LivePictures | None = None
        self._shown = 0

    def show(self, person: str, face: str = LIVE) -> None:
        """Let somebody stand there from now on; only a live face does what it is asked."""
        self.leave()
        with self._lock:
            self._person, self._face = PEOPLE / person, face
            self._point_to(self._person / face)
            if face == LIVE:
                self._shown += 1
                folder = self._link.with_name(f"{self._link.name}-{self._shown}")
                self._rendered = LivePictures.if_possible(person, folder)

    def show_pictures(self, folder: Path) -> None:
        """Let somebody stand there who does nothing but what is on these pictures."""
        self.leave()
        with self._lock:
            self._face = ""
            self._point_to(folder)

    def hear(self, hint: str) -> None:
        """Read what the screen says, as the name of a hint; "" when it says nothing."""
        with self._lock:
            if self._face == LIVE:
                asked = self._person / hint
                self._point_to(asked if hint and asked.is_dir() else self._unasked())

    def leave(self) -> None:
        """Ends what is rendered; the last pictures stay."""
        with self._lock:
            if self._rendered is not None:
                self._rendered.end()
                self._rendered = None

    def _unasked(self) -> Path:
        """Pictures of somebody who was asked for nothing."""
        is_rendered = self._rendered is not None and self._rendered.are_ready()
        return self._rendered.folder if self._rendered and is_rendered else self._person / LIVE

    def _point_to(self, folder: Path) -> None:
        part = self._link.with_suffix(".new")
        part.unlink(missing_ok=True)
        part.symlink_to(folder)
        part.replace(self._link)
