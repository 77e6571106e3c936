"""Looks through a chained log and says in sentences what is missing, altered, moved or cut.

What it proves stands in docs/decisions/0032: who may write the files can write all of them anew,
from the line of their choice to the end. That shows only against a head that was kept elsewhere.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from agent.chained_log import (
    BEFORE_FIRST,
    NO_HASH,
    ChainedLine,
    Head,
    Note,
    days_of,
    digest_of,
    line_of,
    lock_of,
)
from agent.journal import Event

MOST_FAULTS = 20
"""That are told one by one."""


@dataclass
class Checked:
    """What a check of a log found."""

    faults: list[str] = field(default_factory=list)
    """Each a reason to look."""
    remarks: list[str] = field(default_factory=list)
    head: Head = BEFORE_FIRST
    stored: set[bytes] = field(default_factory=set)
    """Visits whose results lie in the store, as the log says."""


def files_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a log's files in order, as they are at the first step.

    The agent may run meanwhile: files of days that are over change no more.

    Raises:
        OSError: They cannot be read, or one was deleted meanwhile.
    """
    with closing(lock_of(path)) as lock, lock:
        older = days_of(path)
        today = path.read_bytes() if path.exists() else b""
    for each in older:
        yield each.path.name, each.path.read_bytes()
    yield path.name, today


def check_chain(files: Iterable[tuple[str, bytes]], kept: Head | None = None) -> Checked:
    """Follow the chain from its first line to its last.

    Args:
        files: Of the log, in order.
        kept: A head that was kept elsewhere; its digest may be shortened.
    """
    walk, torn = _Walk(kept), b""
    for name, content in files:
        if torn:
            walk.step(f"before {name}", torn)
        *lines, torn = content.split(b"\n")
        for place, data in enumerate(lines, 1):
            walk.step(f"{name}, line {place}", data)
    return walk.end(torn)


class _Walk:
    """From line to line."""

    def __init__(self, kept: Head | None) -> None:
        self._checked = Checked()
        self._kept = kept
        self._start: Head | None = None
        """What the first line names as the one before it."""
        self._time_over = 1
        """Lines before this number may be deleted."""
        self._restored_at: int | None = None
        self._older_lines = 0
        self._met: str | None = None
        """Digest of the line that bears the kept head's number."""

    def step(self, place: str, data: bytes) -> None:
        """The next line of the files."""
        line = line_of(data)
        if line is None:
            self._fault(f"{place}: this is no line of the journal: damaged or altered")
        elif line.number is None or line.before is None:
            if self._start is None:
                self._older_lines += 1
            else:
                self._fault(f"{place}: it bears no number: inserted")
        else:
            self._follow(place, data, line, line.number, line.before)

    def end(self, torn: bytes) -> Checked:
        """All lines were seen, but for these bytes that are no whole line."""
        checked, start = self._checked, self._start
        if torn:
            checked.remarks.append(
                f"the journal ends with a torn line ({len(torn)} bytes), as a power cut leaves it;"
                " the agent cuts it off when it writes the next one"
            )
        if start is None:
            self._fault("there is no journal")
        elif start.number >= self._time_over:
            self._fault(
                f"all lines before number {start.number + 1} are missing, and no line says that"
                " their time was over"
            )
        elif start.number:
            checked.remarks.append(
                f"lines before number {start.number + 1} were deleted: their time was over"
            )
        if self._older_lines:
            checked.remarks.append(f"{self._older_lines} lines are older than the chain")
        if self._kept is not None and start is not None:
            self._compare(self._kept, start)
        if len(checked.faults) > MOST_FAULTS:
            more = len(checked.faults) - MOST_FAULTS
            checked.faults[MOST_FAULTS:] = [f"and {more} more of this kind"]
        return checked

    def _follow(self, place: str, data: bytes, line: ChainedLine, number: int, before: str) -> None:
        last = self._checked.head
        if self._start is None:
            self._start = last = Head(number - 1, before)
            if number == 1 and before != NO_HASH:
                self._fault(f"{place}: number 1 was altered: it names a line before it")
        if number <= last.number:
            self._fault(f"{place}: number {number} stands after {last.number}: moved or inserted")
            return
        if number > last.number + 1:
            self._fault(f"{place}: {_range(last.number + 1, number - 1)} missing")
        elif before != last.digest:
            self._fault(f"number {last.number} was altered, as {place} shows")
        digest = digest_of(data)
        self._checked.head = Head(number, digest)
        if self._kept is not None and number == self._kept.number:
            self._met = digest
        self._note(line, number)

    def _note(self, line: ChainedLine, number: int) -> None:
        remark = None
        match line.event:
            case Note.CUT if line.detail is not None and line.detail.isdecimal():
                self._time_over = max(self._time_over, int(line.detail))
            case Note.TORN:
                remark = f"before number {number} a torn line was cut off ({line.detail})"
            case Note.LOST:
                remark = f"before number {number} the disk did not take {line.detail}"
            case Event.RESULT_STORED if line.visit is not None:
                with suppress(ValueError):
                    self._checked.stored.add(bytes.fromhex(line.visit))
            case Event.RESTORED:
                self._restored_at = number
                remark = f"number {number}: all was restored from a backup of {line.detail}"
        if remark is not None:
            self._checked.remarks.append(remark)

    def _compare(self, kept: Head, start: Head) -> None:
        met = start.digest if kept.number == start.number else self._met
        wanted = kept.number
        if met is not None and met.startswith(kept.digest):
            is_whole = "" if self._checked.faults else ": nothing up to it was altered or cut"
            self._checked.remarks.append(
                f"number {wanted} is the line whose head you kept{is_whole}"
            )
        elif met is not None:
            self._fault(
                f"number {wanted} is not the line whose head you kept: the journal was written"
                f" anew{self._or_restored(wanted)}"
            )
        elif wanted > self._checked.head.number:
            self._fault(
                f"number {wanted}, whose head you kept, is cut off: the journal ends with"
                f" {self._checked.head.number}{self._or_restored(wanted)}"
            )
        elif wanted < start.number:
            self._checked.remarks.append(
                f"number {wanted}, whose head you kept, is deleted; keep a newer head"
            )
        # Else it is missing in between, which is told already.

    def _or_restored(self, wanted: int) -> str:
        at = self._restored_at
        if at is None or wanted < at:
            return ""
        return f", or it was written after the backup that was restored at number {at}"

    def _fault(self, sentence: str) -> None:
        self._checked.faults.append(sentence)


def _range(first: int, last: int) -> str:
    return f"number {first} is" if first == last else f"numbers {first} to {last} are"
