"""A disk on which nothing is durable before it was synced, and every way it can look after a crash.

Source: facts/security.md §3.2 (every crash point, every subset of operations that were not
synced, the last write torn at every byte; here also with zeros where the rest should be, as file
systems leave them that know a file's new length before its bytes).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations
from random import Random


@dataclass(frozen=True)
class Write:
    file: int
    start: int
    data: bytes


@dataclass(frozen=True)
class Truncate:
    file: int
    size: int


@dataclass(frozen=True)
class Link:
    name: str
    file: int


@dataclass(frozen=True)
class Rename:
    old: str
    new: str


@dataclass(frozen=True)
class Unlink:
    name: str


@dataclass(frozen=True)
class Sync:
    file: int


@dataclass(frozen=True)
class SyncFolder:
    pass


@dataclass(frozen=True)
class Mark:
    """Something outside the disk happened here, such as a VERIFY."""

    what: str


Step = Write | Truncate | Link | Rename | Unlink | Sync | SyncFolder | Mark


@dataclass
class Image:
    """Names and contents of files."""

    names: dict[str, int] = field(default_factory=dict)
    files: dict[int, bytearray] = field(default_factory=dict)

    def copy(self) -> "Image":
        files = {number: bytearray(data) for number, data in self.files.items()}
        return Image(dict(self.names), files)

    def without_lost_files(self) -> "Image":
        """The same without the content of files that have no name any more."""
        kept = {
            number: self.files[number] for number in self.names.values() if number in self.files
        }
        return Image(dict(self.names), kept)

    def apply(self, step: Step) -> None:
        match step:
            case Write(file, start, data):
                content = self.files.setdefault(file, bytearray())
                content.extend(bytes(max(0, start - len(content))))
                content[start : start + len(data)] = data
            case Truncate(file, size):
                del self.files.setdefault(file, bytearray())[size:]
            case Link(name, file):
                self.names[name] = file
            case Rename(old, new):
                if old in self.names:
                    self.names[new] = self.names.pop(old)
            case Unlink(name):
                self.names.pop(name, None)


class FakeDisk:
    """The `Disk` of `device.pinpad.disk`, which notes every step for the crash to come."""

    def __init__(self, image: Image | None = None, *, is_lying: frozenset[str] = frozenset()):
        """`is_lying`: `sync` or `sync_folder` do nothing, as on bad hardware."""
        self.start = image.copy() if image else Image()
        self.now = self.start.copy()
        self.steps: list[Step] = []
        self.failing: set[str] = set()
        self._is_lying = is_lying

    def mark(self, what: str) -> None:
        self.steps.append(Mark(what))

    def read(self, name: str) -> bytes | None:
        self._may_fail("read")
        file = self.now.names.get(name)
        return None if file is None else bytes(self.now.files.get(file, b""))

    def append(self, name: str, data: bytes) -> None:
        self._may_fail("append")
        if name not in self.now.names:
            self._do(Link(name, max(self.now.files, default=0) + 1))
        file = self.now.names[name]
        self._do(Write(file, len(self.now.files.get(file, b"")), data))

    def truncate(self, name: str, size_bytes: int) -> None:
        self._may_fail("truncate")
        self._do(Truncate(self.now.names[name], size_bytes))

    def sync(self, name: str) -> None:
        self._may_fail("sync")
        if "sync" not in self._is_lying:
            self._do(Sync(self.now.names[name]))

    def rename(self, old: str, new: str) -> None:
        self._may_fail("rename")
        self._do(Rename(old, new))

    def remove(self, name: str) -> None:
        self._may_fail("remove")
        if name in self.now.names:
            self._do(Unlink(name))

    def sync_folder(self) -> None:
        self._may_fail("sync_folder")
        if "sync_folder" not in self._is_lying:
            self._do(SyncFolder())

    def _do(self, step: Step) -> None:
        self.now.apply(step)
        self.steps.append(step)

    def _may_fail(self, call: str) -> None:
        if call in self.failing:
            raise OSError(call)


@dataclass(frozen=True)
class Crash:
    """One way the disk may look when power comes back."""

    image: Image
    marks: tuple[str, ...]
    """What had happened outside the disk by then."""


def crashes(disk: FakeDisk, *, only_at_the_end: bool = False) -> Iterator[Crash]:
    """Every way the disk may look after a power cut between or within any two steps."""
    last = len(disk.steps)
    for point in range(last if only_at_the_end else 0, last + 1):
        yield from _crashes_at(disk, point)


def random_crash(disk: FakeDisk, random: Random) -> Crash:
    """One of these ways, at a random step."""
    return _random_crash_at(disk, random.randint(0, len(disk.steps)), random)


def crash_now(disk: FakeDisk, random: Random) -> Crash:
    """One of the ways the disk may look if the power goes after all that was done."""
    return _random_crash_at(disk, len(disk.steps), random)


def _random_crash_at(disk: FakeDisk, point: int, random: Random) -> Crash:
    marks, durable, pending = _cut_at(disk, point)
    kept = tuple(step for step in pending if random.random() < 0.5)
    return _crash(marks, durable, random.choice(list(_torn(kept))))


def _crashes_at(disk: FakeDisk, point: int) -> Iterator[Crash]:
    marks, durable, pending = _cut_at(disk, point)
    for kept in _subsets(pending):
        for torn in _torn(kept):
            yield _crash(marks, durable, torn)


def _cut_at(disk: FakeDisk, point: int) -> tuple[tuple[str, ...], Image, list[Step]]:
    """What had happened outside by then, what is certain on the disk, and what is not."""
    steps = disk.steps[:point]
    marks = tuple(step.what for step in steps if isinstance(step, Mark))
    durable, pending = disk.start.copy(), list[Step]()
    for step in steps:
        pending.append(step)
        done = [each for each in pending if _is_made_durable(each, step)]
        for each in done:
            durable.apply(each)
        pending = [each for each in pending if each not in done and not _is_no_change(each)]
    return marks, durable, pending


def _crash(marks: tuple[str, ...], durable: Image, kept: tuple[Step, ...]) -> Crash:
    image = durable.copy()
    for each in kept:
        image.apply(each)
    return Crash(image, marks)


def _is_no_change(step: Step) -> bool:
    return isinstance(step, Sync | SyncFolder | Mark)


def _is_made_durable(step: Step, by: Step) -> bool:
    match step, by:
        case (Write(file=file), Sync(synced)) | (Truncate(file=file), Sync(synced)):
            return file == synced
        case (Link() | Rename() | Unlink(), SyncFolder()):
            return True
        case _:
            return False


def _subsets(pending: list[Step]) -> Iterator[tuple[Step, ...]]:
    return chain.from_iterable(combinations(pending, size) for size in range(len(pending) + 1))


def _torn(kept: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    yield kept
    if kept and isinstance(kept[-1], Write):
        last = kept[-1]
        for size in range(len(last.data)):
            begun = last.data[:size]
            for data in (begun, begun.ljust(len(last.data), b"\0")):
                yield (*kept[:-1], Write(last.file, last.start, data))
