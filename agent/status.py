"""What the running agent says about itself, in a file that `python -m agent status` reads.

A file and no door: it needs no port and no permission, and tells the last state of an agent that
is gone. Nothing personal is in it.
"""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from agent.clock import Clock, unix_ms
from hostlink.counters import LinkCounters

WRITE_EVERY_S = 5.0
FRESH_MS = 3 * 1000 * WRITE_EVERY_S
"""An older file is that of an agent that is gone or hangs."""


class Status(msgspec.Struct, frozen=True):
    """The state of an agent at one moment."""

    unix_ms: int
    """When it was written, by the PC's clock."""
    is_running: bool
    """False: it has ended as it was told to."""
    is_linked: bool
    """The paired reader is there."""
    link: dict[str, int | float | dict[str, int] | None]
    """`LinkCounters`, since the agent was started."""


class StatusFile:
    """Writes the status now and then, in a thread of its own."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        counters: Callable[[], LinkCounters],
        is_linked: Callable[[], bool],
    ) -> None:
        """Prepare.

        Args:
            path: The file; replaced as a whole.
            clock: For the time of writing.
            counters: Those of the link.
            is_linked: Whether it is up.
        """
        self._path = path
        self._clock = clock
        self._counters = counters
        self._is_linked = is_linked
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="status", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write that the agent has ended."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._write(is_running=True)):
            pass
        self._write(is_running=False)

    def _write(self, *, is_running: bool) -> float:
        status = {
            "unix_ms": unix_ms(self._clock.now()),
            "is_running": is_running,
            "is_linked": is_running and self._is_linked(),
            "link": self._counters().as_json(),
        }
        part = self._path.with_suffix(".part")
        # A status that cannot be written must not stop the agent; its age tells.
        with suppress(OSError):
            part.write_text(json.dumps(status), encoding="utf-8")
            part.replace(self._path)
        return WRITE_EVERY_S


def read_status(path: Path) -> Status | None:
    """The last status; None: there is none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Status)
    except (OSError, msgspec.DecodeError):
        return None


def describe(status: Status | None, now_unix_ms: int) -> tuple[bool, list[str]]:
    """Whether all is well, and sentences for a person."""
    if status is None:
        return False, ["The agent has not run here yet."]
    if not status.is_running:
        return False, ["The agent was stopped."]
    age_ms = now_unix_ms - status.unix_ms
    if age_ms < 0:
        return False, ["The agent's last word is from the future: this PC's clock was set back."]
    if age_ms > FRESH_MS:
        return False, [f"The agent has said nothing for {age_ms / 1000:.0f} s: start it again."]
    told = "The reader is connected." if status.is_linked else "No reader is connected."
    return status.is_linked, [told, *_figures(status)]


def _figures(status: Status) -> list[str]:
    lines = []
    for name, value in status.link.items():
        if isinstance(value, dict):
            lines += [f"  reset {reason.lower()}: {count}" for reason, count in value.items()]
        elif value is not None:
            shown = f"{value:.1f}" if isinstance(value, float) else str(value)
            lines.append(f"  {name}: {shown}")
    return lines
