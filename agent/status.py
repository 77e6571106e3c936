"""What the running agent says about itself, in a file that `python -m agent status` reads.

A file and no door: it needs no port and no permission, and tells the last state of an agent that
is gone. Nothing personal is in it.
"""

import threading
from collections.abc import Callable, Mapping
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
NEVER_RUN = "The agent has not run here yet."


Figures: TypeAlias = dict[str, object]


class LinkOfStatus(Protocol):
    """What a status needs of the link."""

    @property
    def is_paired(self) -> bool:
        """Whether a reader is paired at this counter."""
        ...

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


class ReaderStatus(msgspec.Struct, frozen=True):
    """The state of one reader and its cable."""

    counter: str
    """Where it stands; empty: it is the only one."""
    is_linked: bool
    """It is there."""
    link: Figures
    """`LinkCounters`, since the agent was started or the reader paired."""
    results: dict[str, int] | None = None
    """`ResultCounts`, as the reader told last; none: it has not been heard yet."""
    reader_link: Figures | None = None
    """`LinkCounters` of the reader's end, since it began to serve."""
    is_paired: bool = True
    """A reader is paired at this counter."""
    firmware: str | None = None
    """Version, as the reader told when it was linked last."""


class Status(msgspec.Struct, frozen=True):
    """The state of an agent at one moment."""

    unix_ms: int
    """When it was written, by the PC's clock."""
    is_running: bool
    """False: it has ended as it was told to."""
    readers: tuple[ReaderStatus, ...] = ()
    update: str | None = None
    """That the maker has a newer version."""


class StatusFile:
    """Writes the status now and then and asks the reader for its share of the next one."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        links: Mapping[str, LinkOfStatus],
        reader_report: Callable[[str], DeviceReport | None],
        firmware: Callable[[str], str | None] = lambda _: None,
        ask_for_life: Callable[[], None] = lambda: None,
        update: Callable[[], str | None] = lambda: None,
    ) -> None:
        """Prepare.

        Args:
            path: The file; replaced as a whole.
            clock: For the time of writing.
            links: Asked for their counters, and through each its reader for a report; by the
                names of the readers' counters.
            reader_report: The last that came from that one.
            firmware: Version of that one's, as it told last.
            ask_for_life: Called each time; whoever watches the main thread asks it for a sign.
            update: What is known of a newer version.
        """
        self._path = path
        self._clock = clock
        self._links = links
        self._reader_report = reader_report
        self._firmware = firmware
        self._ask_for_life = ask_for_life
        self._update = update
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
            self._ask_for_life()
            for link in self._links.values():
                link.send(ReportWanted())
        self._write(is_running=False)

    def _write(self, *, is_running: bool) -> float:
        status = Status(
            unix_ms=unix_ms(self._clock.now()),
            is_running=is_running,
            readers=tuple(
                self._of_reader(counter, link, is_running=is_running)
                for counter, link in self._links.items()
            ),
            update=self._update(),
        )
        part = self._path.with_suffix(".part")
        # A status that cannot be written must not stop the agent; its age tells.
        with suppress(OSError):
            part.write_bytes(msgspec.json.encode(status))
            part.replace(self._path)
        return WRITE_EVERY_S

    def _of_reader(self, counter: str, link: LinkOfStatus, *, is_running: bool) -> ReaderStatus:
        report = self._reader_report(counter)
        return ReaderStatus(
            counter=counter,
            is_paired=link.is_paired,
            is_linked=is_running and link.is_up,
            link=counters_as_json(link.counters),
            results=asdict(report.results) if report else None,
            reader_link=counters_as_json(report.link) if report else None,
            firmware=self._firmware(counter),
        )


def read_status(path: Path) -> Status | None:
    """The last status; None: there is none that can be read.

    Raises:
        PermissionError: This user may not read it.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Status)
    except PermissionError:
        raise
    except (OSError, msgspec.DecodeError):
        return None


def says_it_runs(status: Status | None, now_unix_ms: int) -> bool:
    """Whether the agent is running, or ended a few seconds ago without a word."""
    return (
        status is not None and status.is_running and 0 <= now_unix_ms - status.unix_ms <= FRESH_MS
    )


def describe(status: Status | None, now_unix_ms: int) -> tuple[bool, list[str]]:
    """Whether all is well, and sentences for a person."""
    if status is None:
        return False, [NEVER_RUN]
    if not status.is_running:
        return False, ["The agent was stopped."]
    age_ms = now_unix_ms - status.unix_ms
    if age_ms < 0:
        return False, ["The agent's last word is from the future: this PC's clock was set back."]
    if age_ms > FRESH_MS:
        return False, [f"The agent has said nothing for {age_ms / 1000:.0f} s: start it again."]
    lines = [line for reader in status.readers for line in _of_reader(reader)]
    if status.update is not None:
        lines.append(f"Update: {status.update}")
    return all(reader.is_linked for reader in status.readers), lines


def _of_reader(reader: ReaderStatus) -> list[str]:
    who = f"The reader at {reader.counter}" if reader.counter else "The reader"
    if not reader.is_paired:
        return [f"{who} is not paired: pair it at the console, or with `python -m agent pair`."]
    lines = [f"{who} is connected." if reader.is_linked else f"{who} is not connected."]
    if reader.firmware is not None:
        lines.append(f"Its firmware: {reader.firmware}")
    lines += ["Cable, as this PC sees it:", *_lines_of(reader.link)]
    if reader.reader_link is not None:
        lines += ["Cable, as the reader sees it:", *_lines_of(reader.reader_link)]
    if reader.results is not None:
        lines += ["Results at the reader:", *_of_results(reader.results)]
    return lines


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
