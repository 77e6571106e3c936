"""Numbered JSON lines of which each names the SHA-256 of the one before, in one file a day.

The day that goes on is in the file at the log's path; those that are over lie beside it under their
day and the number of their first line, and the chain runs through all of them. Several programs may
append. A line is with the operating system before `append` returns, so a killed program loses
none; what a power cut may take is what came after the last `sync`.

Whatever happens to the log stands in the log: a torn line that was cut off, lines that the disk did
not take, days that were deleted when their time was over.

Source: facts/security.md §2 (A7), §6.7.
"""

import os
import re
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique
from errno import EINVAL, ENOSPC
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from agent.clock import Clock, day_in_japan, moment_of, unix_ms
from agent.file_lock import FileLock
from agent.folders import sync_folder
from agent.own_file import open_own

NO_HASH = "0" * 64
"""What the very first line names in place of the one before."""


@unique
class Note(StrEnum):
    """What can happen to the log itself; the text is the line's `event`."""

    TORN = "journal_torn"
    """The end of the file was no whole line, as after a power cut, and was cut off."""
    LOST = "journal_lost"
    """Lines could not be written just before this one: a full or broken disk."""
    CUT = "journal_cut"
    """The lines before the number in `detail` are deleted: their time is over."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a chain, or one that was."""

    number: int
    """From 1."""
    digest: str
    """SHA-256 of its bytes without the line's end, in hex."""

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


class ChainedLine(msgspec.Struct, frozen=True):
    """What every line has; the others of its fields do not matter here."""

    unix_ms: int
    event: str
    number: int | None = None
    """None: it was written by an agent without a chain."""
    before: str | None = None
    detail: str | None = None
    visit: str | None = None


BEFORE_FIRST = Head(0, NO_HASH)


def line_of(data: bytes) -> ChainedLine | None:
    """The line in these bytes, if they are one."""
    try:
        return msgspec.json.decode(data, type=ChainedLine)
    except (msgspec.DecodeError, RecursionError):
        return None


def digest_of(data: bytes) -> str:
    """What the next line must name."""
    return sha256(data).hexdigest()


def last_of(lines: Sequence[bytes]) -> Head | None:
    """The last one that is of a chain."""
    for data in reversed(lines):
        line = line_of(data)
        if line is not None and line.number is not None:
            return Head(line.number, digest_of(data))
    return None


class DayFile(NamedTuple):
    """A day that is over."""

    first: int
    """Number of its first line, by its name; 0: it has none."""
    day: str
    path: Path


def days_of(path: Path) -> list[DayFile]:
    """The days of a log that are over, in the chain's order."""
    stem, suffix = re.escape(path.stem), re.escape(path.suffix)
    name = re.compile(rf"{stem}\.(\d{{4}}-\d\d-\d\d)\.(\d+){suffix}")
    beside = path.parent.iterdir() if path.parent.is_dir() else ()
    matches = [(name.fullmatch(each.name), each) for each in beside]
    return sorted(DayFile(int(found[2]), found[1], each) for found, each in matches if found)


def lock_of(path: Path) -> FileLock:
    """What everybody holds who changes a log's files, or counts on them to stay.

    Raises:
        OSError: It cannot be opened.
    """
    return FileLock(path.with_suffix(".lock"))


class ChainedLog:
    """A log that is appended to, by any number of threads.

    Args:
        path: File of the day that goes on; made when it is missing, for its owner only.
        clock: Stamps each line.
        keep_days: How many days stay besides the one that goes on; None: all. Only days with a
            line count, each once, so that no wrong clock can empty the log.

    Raises:
        OSError: The file cannot be opened, or is a device.
    """

    def __init__(self, path: Path, clock: Clock, keep_days: int | None = None) -> None:
        self._path = path
        self._clock = clock
        self._keep_days = keep_days
        self._mutex = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(_open(path))
        if not path.is_file():
            raise OSError(EINVAL, "it is no ordinary file")
        self._lock = lock_of(path)
        self._seen: tuple[int, int] | None = None
        """Which file it was and how long: another program may have appended since."""
        self._head = BEFORE_FIRST
        self._day: date | None = None
        """Of the file's first line; none: there is no line."""
        self._torn_bytes = 0
        self._lost_lines = 0
        self._is_dirty = False

    def append(self, event: str, fields: Mapping[str, object]) -> None:
        """Append one line; a disk that refuses costs the line, and the next one tells of it."""
        with self._mutex:
            try:
                with self._lock:
                    self._append(event, fields)
            except OSError:
                self._lost_lines += 1

    def sync(self) -> None:
        """What was appended until now survives a power cut, unless the disk refuses."""
        if not self._is_dirty:
            return
        self._is_dirty = False
        with suppress(OSError):
            _sync(self._path)

    def close(self) -> None:
        """Give the lock back, with all that was appended on the disk."""
        self.sync()
        self._lock.close()

    def _append(self, event: str, fields: Mapping[str, object]) -> None:
        self._look()
        today = day_in_japan(self._clock.now())
        if self._day not in (None, today):
            self._begin_day()
        if self._torn_bytes:
            self._write(Note.TORN, {"detail": f"{self._torn_bytes} bytes"})
            self._torn_bytes = 0
        if self._lost_lines:
            self._write(Note.LOST, {"detail": f"{self._lost_lines} lines"})
            self._lost_lines = 0
        self._write(event, fields)
        self._day = self._day or today

    def _write(self, event: str, fields: Mapping[str, object]) -> None:
        line = msgspec.json.encode(
            {
                "number": self._head.number + 1,
                "event": event,
                "at_ms": round(self._clock.monotonic_ms(), 3),
                "unix_ms": unix_ms(self._clock.now()),
                **fields,
                "before": self._head.digest,
            }
        )
        self._seen = _append_whole(self._path, line + b"\n")
        self._head = Head(self._head.number + 1, digest_of(line))
        self._is_dirty = True

    def _look(self) -> None:
        """See what is there if it is not what was left there, and cut off a torn end."""
        with suppress(FileNotFoundError):
            if _look_of(self._path.stat()) == self._seen:
                return
        self._seen = None
        file = _open(self._path)
        try:
            content = self._path.read_bytes()
            torn = len(content) - (content.rfind(b"\n") + 1)
            if torn:
                os.ftruncate(file, len(content) - torn)
                self._torn_bytes += torn
        finally:
            os.close(file)
        lines = content[: len(content) - torn].splitlines()
        self._day = _day_of(lines)
        # Where lines were taken away while this program runs, the number that is left out tells.
        self._head = max(self._last(lines), self._head, key=lambda head: head.number)

    def _last(self, lines: Sequence[bytes]) -> Head:
        """The end of the chain: in these lines of today, or in those of the day before."""
        head = last_of(lines)
        if head is not None:
            return head
        older = (last_of(day.path.read_bytes().splitlines()) for day in days_of(self._path)[-1:])
        return next(filter(None, older), BEFORE_FIRST)

    def _begin_day(self) -> None:
        """Lay the file aside; where that is refused its day goes on until tomorrow."""
        # Line by line: a busy day is long, and its first one says all.
        with self._path.open("rb") as lines:
            first = next((line.number for line in map(line_of, lines) if line and line.number), 0)
        aside = f"{self._path.stem}.{self._day}.{first:08}{self._path.suffix}"
        self._day = day_in_japan(self._clock.now())
        with suppress(OSError):
            _sync(self._path)
            self._path.rename(self._path.with_name(aside))
            sync_folder(self._path.parent)
            self._delete_old()

    def _delete_old(self) -> None:
        """Delete whole days; before that, durably, the line that explains why they are missing."""
        days, kept = days_of(self._path), set[str]()
        for place in reversed(range(len(days))):
            kept.add(days[place].day)
            if self._keep_days is None or len(kept) <= self._keep_days:
                continue
            self._write(Note.CUT, {"detail": str(days[place + 1].first)})
            _sync(self._path)
            for old in days[: place + 1]:
                old.path.unlink()
            return


def _open(path: Path) -> int:
    return open_own(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def _look_of(found: os.stat_result) -> tuple[int, int]:
    return found.st_ino, found.st_size


def _append_whole(path: Path, data: bytes) -> tuple[int, int]:
    """All of it or nothing; gives the look of the file afterwards."""
    file = _open(path)
    try:
        written = os.write(file, data)
        if written < len(data):
            os.ftruncate(file, os.fstat(file).st_size - written)
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        return _look_of(os.fstat(file))
    finally:
        os.close(file)


def _sync(path: Path) -> None:
    file = _open(path)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _day_of(lines: Sequence[bytes]) -> date | None:
    """The day on which the first of these lines was written."""
    for data in lines:
        line = line_of(data)
        with suppress(ValueError, OverflowError, OSError):  # no time at all: damaged
            if line is not None:
                return day_in_japan(moment_of(line.unix_ms))
    return None
