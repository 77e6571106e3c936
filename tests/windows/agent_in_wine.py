"""The agent as a process of Windows, in a folder of this machine."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.agent.running_agent import RunningAgent, wait_until
from tests.hw_sim.eligibility_service import EligibilityService
from tests.windows import wine

WINSW = Path(__file__).with_name("winsw.py")
PATIENCE_S = 180.0
"""Wine beside other work on a small machine."""


class AgentInWine(RunningAgent):
    """Runs below what stands for WinSW; its reader is plugged in at COM5."""

    def __init__(self, folder: Path, service: EligibilityService) -> None:
        super().__init__(folder, service)
        self.config = folder / "agent.toml"
        self.change('"ttyREADER"', '"COM5"')

    def change(self, old: str, new: str) -> None:
        """Change the configuration."""
        before = self.config.read_text(encoding="utf-8")
        assert old in before
        self.config.write_text(before.replace(old, new), encoding="utf-8")

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """It serves, or has ended, when this returns."""
        before = self.events().count("started")
        program = (wine.windows_path(wine.PYTHON), "-m", "agent", "--config", self.config)
        process = self._process = subprocess.Popen(
            wine.command(WINSW, *program),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=wine.environment() if environment is None else environment,
            cwd=self.folder,
        )

        def has_begun() -> bool:
            return self.events().count("started") > before or process.poll() is not None

        wait_until(has_begun, PATIENCE_S)

    def kill(self) -> None:
        """It may have ended already."""
        if self._process is not None and self._process.poll() is None:
            self._end("kill")

    def stop(self) -> int:
        """By Ctrl-C, as WinSW does it."""
        return self._end("stop")

    def reception_files(self) -> list[bytes]:
        """What lies in the reception folder; a file that is only made yet is empty."""
        return [path.read_bytes() for path in self.reception.glob("OQS*.xml")]

    def ended(self) -> int:
        """How it ended by itself."""
        assert self._process is not None
        self.log = self._process.communicate(timeout=PATIENCE_S)[1]
        return self._process.returncode

    def said_by(self, *words: str | Path) -> tuple[int, str]:
        """What one of its commands says, and the exit status."""
        task, *more = words
        return wine.said_by("-m", "agent", task, "--config", self.config, *more, folder=self.folder)

    def _end(self, word: str) -> int:
        assert self._process is not None
        _, self.log = self._process.communicate(f"{word}\n", timeout=PATIENCE_S)
        return self._process.returncode
