"""The real programs of a bench: started, killed on purpose, and asked to end when it is over.

A program that does not end when asked, or ends in another way than cleanly, has a fault that
nobody at the desk would see: `stop` tells of it.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_STOP_TIMEOUT_S = 30.0


class Processes:
    """Running programs by name; what each writes goes to `NAME.log`."""

    def __init__(self, log_folder: Path, stop_timeout_s: float = _STOP_TIMEOUT_S) -> None:
        self._log_folder = log_folder
        self._stop_timeout_s = stop_timeout_s
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        """All that were started and not killed on purpose."""

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        """Start a program under this name, in this environment or in our own."""
        with (self._log_folder / f"{name}.log").open("ab") as log:
            self._started[name] = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def is_alive(self, name: str) -> bool:
        """Whether the program runs."""
        return name in self._started and self._started[name].poll() is None

    def ended(self) -> list[str]:
        """Names of the programs that ended though nobody killed them."""
        return [name for name in self._started if not self.is_alive(name)]

    def process_id(self, name: str) -> int:
        """The id of a running program."""
        return self._started[name].pid

    def kill(self, name: str) -> None:
        """SIGKILL a program, as a power cut would; harmless when it has ended already."""
        process = self._started.pop(name)
        process.kill()
        process.wait()

    def end_by(self, name: str, by: signal.Signals) -> int:
        """End a running program by a signal.

        Returns:
            Its wait status, which tells whether it left a core.
        """
        process = self._started.pop(name)
        process.send_signal(by)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return status

    def stop(self) -> list[str]:
        """Ask every program to end.

        Returns:
            A sentence for each that did not end in time, or not with status 0.
        """
        for process in self._started.values():
            process.terminate()
        ends = {name: self._end_of(process) for name, process in self._started.items()}
        self._started.clear()
        return [f"{name} {end}, see {name}.log" for name, end in ends.items() if end]

    def _end_of(self, process: subprocess.Popen[bytes]) -> str:
        try:
            status = process.wait(self._stop_timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return f"did not end within {self._stop_timeout_s:.0f} s of being asked to"
        return f"ended with status {status}" if status else ""
