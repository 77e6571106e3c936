"""New pictures of somebody, rendered while they are played; needs MakeHuman's data."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.hw_sim.rendering.assets import ENVIRONMENT_VARIABLE
from tests.hw_sim.rendering.live import ENOUGH

_STOP_TIMEOUT_S = 5.0


class LivePictures:
    """A renderer in a process of its own, and the folder that it fills; call `end` in the end."""

    def __init__(self, person: str, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        command = [sys.executable, "-m", "tests.hw_sim.rendering.live"]
        with folder.with_suffix(".log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--person", person, "--folder", str(folder)], stdout=log, stderr=log
            )

    @classmethod
    def if_possible(cls, person: str, folder: Path) -> Self | None:
        """Starts the renderer where MakeHuman's data is named."""
        return cls(person, folder) if os.environ.get(ENVIRONMENT_VARIABLE) else None

    def are_ready(self) -> bool:
        """Whether there are enough to be played."""
        return (self.folder / f"{ENOUGH - 1:03d}.jpg").exists()

    def end(self) -> None:
        """Ends the renderer; its pictures stay."""
        self._process.terminate()
        self._process.wait(_STOP_TIMEOUT_S)
