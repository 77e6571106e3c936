"""Reads from strace's log what a piece of work asked of a tree of folders.

What other programs see only in memory is left out: SQLite's `-shm` file is rebuilt at every start.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.interruptions.day import Tell
from tests.interruptions.steps import (
    TOP,
    Link,
    Mark,
    Move,
    Step,
    Sync,
    Tree,
    Truncate,
    Unlink,
    Write,
)
from tests.interruptions.syscalls import run_traced

_CALLS = (
    "open,openat,creat,close,write,pwrite64,writev,pwritev,lseek,fsync,fdatasync,rename,renameat,"
    "renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate,truncate,copy_file_range,sendfile"
)
_LINE = re.compile(r"^(?P<call>\w+)\((?P<given>.*)\) += (?P<result>-?\d+)", re.MULTILINE)
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_VOLATILE = "-shm"
TREE, MARKS = "tree", "marks"
"""The disk, and the file beside it to which a story writes what it tells the world outside."""


@dataclass(frozen=True)
class Recording:
    """What happened to the tree, from how it was before."""

    start: Tree
    steps: tuple[Step, ...]


_WHOLE = ("-xx", "-s", "10000000")
"""All bytes of all strings."""


def record(
    story: Callable[[Path, Tell], None],
    folder: Path,
    before: Recording | None = None,
    inject: str | None = None,
) -> tuple[Recording, int]:
    """Let a story really happen in `folder / "tree"`, which may hold something already.

    Args:
        story: single-threaded; all it writes lies in the tree.
        folder: also takes strace's log and the marks.
        before: what was recorded here until now; what was not synced then still is not.
        inject: what strace is to break, as `CallPoint` says it.

    Returns:
        All that was recorded, and the status of the work, as `TracedRun` has it.
    """
    tree = folder / TREE
    before = before or Recording(Tree.read(tree), ())
    run = run_traced(lambda: let_happen(story, folder), folder, inject, _CALLS, _WHOLE)
    steps = _Reader(tree, folder / MARKS, before).steps(run.log)
    return Recording(before.start, (*before.steps, *steps)), run.status


def let_happen(story: Callable[[Path, Tell], None], folder: Path) -> None:
    """Let a story happen; each mark is a call that is never broken, to a file of its own."""
    marks = os.open(folder / MARKS, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def mark(what: str) -> None:
        os.writev(marks, [what.encode() + b"\n"])

    story(folder / TREE, mark)
    os.close(marks)


def told(folder: Path) -> list[str]:
    """The marks that a story made until it ended."""
    return (folder / MARKS).read_text().splitlines() if (folder / MARKS).exists() else []


class _Reader:
    """Follows names and descriptors through the log."""

    def __init__(self, tree: Path, marks: Path, before: Recording) -> None:
        self._tree, self._marks = str(tree), str(marks)
        self._now = before.start.copy()
        for step in before.steps:
            self._now.apply(step)
        self._next = self._now.next_number
        self._open: dict[int, int] = {}
        """Descriptor to file or folder."""
        self._at: dict[int, int] = {}
        """Descriptor to its place in the file."""
        self._mark_descriptor = -1

    def steps(self, log: str) -> Iterator[Step]:
        for line in _LINE.finditer(log):
            result = int(line["result"])
            if result >= 0:
                for step in self._read(line["call"], line["given"], result):
                    self._now.apply(step)
                    yield step

    def _read(self, call: str, given: str, result: int) -> list[Step]:
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(given)]
        words = [word.strip() for word in _TEXT.sub("", given).split(",")]
        match call:
            case "openat":
                return self._opened(texts[0].decode(), given, result)
            case "mkdir" | "mkdirat":
                return self._linked(texts[0].decode(), is_folder=True)
            case "rename" | "renameat" | "renameat2":
                return self._renamed(*(text.decode() for text in texts))
            case "unlink" | "unlinkat" | "rmdir":
                return self._unlinked(texts[0].decode())
            case "truncate":
                number = self._find(texts[0].decode())
                return [Truncate(number, int(words[-1]))] if number is not None else []
        return self._on_descriptor(call, int(words[0]), words, texts, result)

    def _on_descriptor(
        self, call: str, descriptor: int, words: list[str], texts: list[bytes], result: int
    ) -> list[Step]:
        if descriptor == self._mark_descriptor and call == "writev":
            return [Mark(texts[0].decode().strip())]
        if descriptor not in self._open:
            return []
        if call in ("fsync", "fdatasync"):
            return [Sync(self._open[descriptor])]
        return self._on_file(call, descriptor, words, texts, result)

    def _on_file(
        self, call: str, descriptor: int, words: list[str], texts: list[bytes], result: int
    ) -> list[Step]:
        number = self._open[descriptor]
        match call:
            case "close":
                del self._open[descriptor]
            case "lseek":
                self._at[descriptor] = result
            case "ftruncate":
                return [Truncate(number, int(words[-1]))]
            case "pwrite64":
                return [Write(number, int(words[-1]), texts[0][:result])]
            case "write":
                at = self._at[descriptor]
                self._at[descriptor] = at + result
                return [Write(number, at, texts[0][:result])]
            case _:
                raise AssertionError(f"{call} is not understood here")
        return []

    def _opened(self, path: str, given: str, descriptor: int) -> list[Step]:
        if path == self._marks:
            self._mark_descriptor = descriptor
        steps: list[Step] = []
        number = self._find(path)
        if number is None and "O_CREAT" in given:
            steps = self._linked(path, is_folder=False)
            number = self._next - 1 if steps else None
        elif number is not None and "O_TRUNC" in given:
            steps = [Truncate(number, 0)]
        self._open.pop(descriptor, None)
        if number is not None:
            self._open[descriptor] = number
            content = self._now.files.get(number, b"")
            self._at[descriptor] = len(content) if "O_APPEND" in given else 0
        return steps

    def _linked(self, path: str, *, is_folder: bool) -> list[Step]:
        place = self._place(path)
        if place is None:
            return []
        self._next += 1
        return [Link(*place, self._next - 1, is_folder)]

    def _renamed(self, old: str, new: str) -> list[Step]:
        before, after, number = self._place(old), self._place(new), self._find(old)
        assert (before is None) == (after is None), "nothing is moved in or out of the tree"
        if before is None or after is None or number is None:
            return []
        return [Move(*before, *after, number)]

    def _unlinked(self, path: str) -> list[Step]:
        place = self._place(path)
        return [Unlink(*place)] if place else []

    def _place(self, path: str) -> tuple[int, str] | None:
        """The folder of a name, and the name; None for what is not looked at."""
        folder, _, name = path.rstrip("/").rpartition("/")
        number = self._find(folder)
        return None if number is None or name.endswith(_VOLATILE) else (number, name)

    def _find(self, path: str) -> int | None:
        path = path.rstrip("/")
        if path != self._tree and not path.startswith(self._tree + "/"):
            return None
        number = TOP
        for name in path[len(self._tree) :].split("/")[1:]:
            names = self._now.folders.get(number, {})
            if name not in names:
                return None
            number = names[name]
        return number
