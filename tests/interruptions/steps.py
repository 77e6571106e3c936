"""A tree of folders on which nothing is durable before it was synced.

Files and folders are numbered; the tree's own top is `TOP`. A sync of a file makes its content
durable, a sync of a folder the names made, moved into and removed from it, and nothing else does.

Source: facts/security.md §3.2 (disk model) and §7.
"""

from dataclasses import dataclass, field
from pathlib import Path

TOP = 0


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
    """A name for a new file or folder."""

    folder: int
    name: str
    number: int
    is_folder: bool = False


@dataclass(frozen=True)
class Move:
    """A rename; one step on every file system with a journal."""

    old_folder: int
    old: str
    folder: int
    name: str
    number: int


@dataclass(frozen=True)
class Unlink:
    folder: int
    name: str


@dataclass(frozen=True)
class Sync:
    number: int


@dataclass(frozen=True)
class Mark:
    """Something was told to the world outside the disk."""

    what: str


Step = Write | Truncate | Link | Move | Unlink | Sync | Mark


@dataclass
class Tree:
    """What the folders hold."""

    folders: dict[int, dict[str, int]] = field(default_factory=lambda: {TOP: {}})
    files: dict[int, bytearray] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Tree":
        """What lies in a real folder now."""
        tree = cls()
        tree._read(folder, TOP)
        return tree

    @property
    def next_number(self) -> int:
        return 1 + max([*self.folders, *self.files])

    def copy(self) -> "Tree":
        return Tree(
            {number: dict(names) for number, names in self.folders.items()},
            {number: bytearray(content) for number, content in self.files.items()},
        )

    def apply(self, step: Step) -> None:
        match step:
            case Write(file, start, data):
                content = self.files.setdefault(file, bytearray())
                content.extend(bytes(max(0, start - len(content))))
                content[start : start + len(data)] = data
            case Truncate(file, size):
                content = self.files.setdefault(file, bytearray())
                del content[size:]
                content.extend(bytes(size - len(content)))
            case Link(folder, name, number, is_folder):
                self.folders.setdefault(folder, {})[name] = number
                if is_folder:
                    self.folders.setdefault(number, {})
                else:
                    self.files.setdefault(number, bytearray())
            case Move(old_folder, old, folder, name, number):
                self.folders.setdefault(old_folder, {}).pop(old, None)
                self.folders.setdefault(folder, {})[name] = number
            case Unlink(folder, name):
                self.folders.setdefault(folder, {}).pop(name, None)

    def lay_out(self, folder: Path) -> None:
        """Make a new real folder that holds what this tree holds."""
        self._lay_out(folder, TOP)

    def _lay_out(self, folder: Path, number: int) -> None:
        folder.mkdir()
        for name, each in self.folders[number].items():
            if each in self.folders:
                self._lay_out(folder / name, each)
            else:
                (folder / name).write_bytes(self.files.get(each, b""))

    def _read(self, folder: Path, number: int) -> None:
        for path in folder.iterdir():
            each = self.next_number
            self.folders[number][path.name] = each
            if path.is_dir():
                self.folders[each] = {}
                self._read(path, each)
            else:
                self.files[each] = bytearray(path.read_bytes())
