"""What the running agent says about itself, in a file that `python -m agent status` reads.

A file and no door: it needs no port and no permission, and tells the last state of an agent that
is gone. Nothing personal is in it.
"""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Protocol, TypeAlias

import msgspec

from agent.clock import Clock, unix_ms
from hostlink.counters import counters_as_json
from hostlink.messages import DeviceReport, LinkCounters, Message, ReportWanted

WRITE_EVERY_S = 5.0
FRESH_MS = 3 * 1000 * WRITE_EVERY_S
"""An older file is that of an agent that is gone or hangs."""


Figures: TypeAlias = dict[str, int | dict[str, int] | None]


class LinkOfStatus(Protocol):
    """What a status needs of the link."""

    @property
    def is_up(self) -> bool:
        """Whether the reader is there."""
        ...

    @property
    def counters(self) -> LinkCounters:
        """What has happened on the cable so far."""
        ...

    def send(self, message: Message) -> bool:
        """Send a message soon, or not at all."""
        ...


class Status(msgspec.Struct, frozen=True):
    """The state of an agent at one moment."""

    unix_ms: int
    """When it was written, by the PC's clock."""
    is_running: bool
    """False: it has ended as it was told to."""
    is_linked: bool
    """The paired reader is there."""
    link: Figures
    """`LinkCounters`, since the agent was started."""
    reader_results: dict[str, int] | None = None
    """`ResultCounts`, as the reader told last; none: it has not been heard yet."""
    reader_link: Figures | None = None
    """`LinkCounters` of the reader's end, since it began to serve."""


class StatusFile:
    """Writes the status now and then and asks the reader for its share of the next one."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        link: LinkOfStatus,
        reader_report: Callable[[], DeviceReport | None],
    ) -> None:
        """Prepare.

        Args:
            path: The file; replaced as a whole.
            clock: For the time of writing.
            link: Asked for its counters, and through it the reader for a report.
            reader_report: The last that came.
        """
        self._path = path
        self._clock = clock
        self._link = link
        self._reader_report = reader_report
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
            self._link.send(ReportWanted())
        self._write(is_running=False)

    def _write(self, *, is_running: bool) -> float:
        report = self._reader_report()
        status = {
            "unix_ms": unix_ms(self._clock.now()),
            "is_running": is_running,
            "is_linked": is_running and self._link.is_up,
            "link": counters_as_json(self._link.counters),
            "reader_results": asdict(report.results) if report else None,
            "reader_link": counters_as_json(report.link) if report else None,
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
    lines = [told, "Cable, as this PC sees it:", *_lines_of(status.link)]
    if status.reader_link is not None:
        lines += ["Cable, as the reader sees it:", *_lines_of(status.reader_link)]
    if status.reader_results is not None:
        lines += ["Results at the reader:", *_of_results(status.reader_results)]
    return status.is_linked, lines


def _of_results(counts: dict[str, int]) -> list[str]:
    return [
        f"  waiting: {counts['waiting']}",
        f"  of these for another clinic: {counts['elsewhere']}",
        f"  sent again: {counts['sent_again']}",
    ]


def _lines_of(figures: Figures) -> list[str]:
    lines = []
    for name, value in figures.items():
        if isinstance(value, dict):
            lines += [f"  reset {reason.lower()}: {count}" for reason, count in value.items()]
        elif value is not None:
            lines.append(f"  {name}: {value}")
    return lines
