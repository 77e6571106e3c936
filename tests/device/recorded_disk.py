"""Writes down what a piece of work asks of a real folder, so that every power cut can be tried.

It works below `pathlib`, at the calls of `os`; what goes around them (`open`) is not seen.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.device.pinpad.fake_disk import (
    Crash,
    FakeDisk,
    Link,
    Rename,
    Sync,
    SyncFolder,
    Truncate,
    Unlink,
    Write,
)

_FOLDER = 0


class _Recorder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disk = FakeDisk()
        self.open_files: dict[int, int] = {}
        """File descriptor to file number; 0 is the folder itself."""

    def opened(self, path: Path, flags: int, descriptor: int) -> None:
        if path == self.folder:
            self.open_files[descriptor] = _FOLDER
        elif path.parent == self.folder:
            names = self.disk.now.names
            if path.name not in names:
                self.disk._do(Link(path.name, max(self.disk.now.files, default=0) + 1))
                self.disk.now.files[names[path.name]] = bytearray()
            elif flags & os.O_TRUNC:
                self.disk._do(Truncate(names[path.name], 0))
            self.open_files[descriptor] = names[path.name]

    def written(self, descriptor: int, data: bytes) -> None:
        if file := self.open_files.get(descriptor):
            self.disk._do(Write(file, len(self.disk.now.files[file]), data))

    def synced(self, descriptor: int) -> None:
        file = self.open_files.get(descriptor)
        if file is not None:
            self.disk._do(SyncFolder() if file == _FOLDER else Sync(file))

    def renamed(self, old: Path, new: Path) -> None:
        if old.parent == self.folder:
            self.disk._do(Rename(old.name, new.name))

    def unlinked(self, path: Path) -> None:
        if path.parent == self.folder and path.name in self.disk.now.names:
            self.disk._do(Unlink(path.name))


@contextmanager
def recorded(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[FakeDisk]:
    """The work really happens in `folder`; the disk that is given knows every step of it."""
    recorder = _Recorder(folder)
    real_open, real_write = os.open, os.write
    real_close, real_replace, real_unlink = os.close, os.replace, os.unlink

    def open_(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        descriptor = real_open(path, flags, *rest, **named)
        recorder.opened(Path(path), flags, descriptor)
        return descriptor

    def write(descriptor: int, data: Any) -> int:
        written = real_write(descriptor, data)
        recorder.written(descriptor, bytes(data[:written]))
        return written

    def fsync(descriptor: int) -> None:
        recorder.synced(descriptor)

    def close(descriptor: int) -> None:
        recorder.open_files.pop(descriptor, None)
        real_close(descriptor)

    def replace(old: Any, new: Any) -> None:
        real_replace(old, new)
        recorder.renamed(Path(old), Path(new))

    def unlink(path: Any) -> None:
        real_unlink(path)
        recorder.unlinked(Path(path))

    doubles: dict[str, Callable[..., Any]] = {
        "open": open_,
        "write": write,
        "fsync": fsync,
        "close": close,
        "replace": replace,
        "unlink": unlink,
    }
    with patch.context() as inside:
        for name, double in doubles.items():
            inside.setattr(os, name, double)
        yield recorder.disk


def told_apart(crash: Crash) -> frozenset[tuple[str, bytes]]:
    """Of what the power cut left, all that a program can see which reads no `.part`."""
    files = crash.image.files
    return frozenset(
        (name, b"" if name.endswith(".part") else bytes(files.get(file, b"")))
        for name, file in crash.image.names.items()
    )


def lay_out(crash: Crash, folder: Path) -> None:
    """Make the folder as the power cut left it."""
    folder.mkdir()
    for name, file in crash.image.names.items():
        (folder / name).write_bytes(crash.image.files.get(file, b""))
