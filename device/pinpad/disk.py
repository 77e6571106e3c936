"""One folder on the medium, with the moment at which things become durable in the caller's hands.

Written or renamed is not yet durable: a power cut may keep any part of what was not synced.
"""

import os
from pathlib import Path
from typing import Protocol


class Disk(Protocol):
    """What the logs of attempts need of a disk. Every call may raise OSError."""

    def read(self, name: str) -> bytes | None:
        """The whole file, or None if there is none."""
        ...

    def append(self, name: str, data: bytes) -> None:
        """Adds `data` to the end of the file, which is made if there is none."""
        ...

    def sync(self, name: str) -> None:
        """Returns when the file's content is durable."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Gives the file another name, in place of the file that had it."""
        ...

    def remove(self, name: str) -> None:
        """Removes the file if there is one."""
        ...

    def sync_folder(self) -> None:
        """Returns when names made, changed and removed are durable."""
        ...


class FolderDisk:
    """A folder of the operating system; its files are for this user alone."""

    def __init__(self, folder: Path) -> None:
        """The folder must be there already."""
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        """As `Disk.read`."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def append(self, name: str, data: bytes) -> None:
        """As `Disk.append`."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(self._folder / name, flags, 0o600)
        try:
            written = os.write(descriptor, data)
        finally:
            os.close(descriptor)
        if written != len(data):
            raise OSError("short write")

    def sync(self, name: str) -> None:
        """As `Disk.sync`."""
        self._sync(self._folder / name, os.O_RDWR, is_read_anew=True)

    def rename(self, old: str, new: str) -> None:
        """As `Disk.rename`."""
        (self._folder / old).replace(self._folder / new)

    def remove(self, name: str) -> None:
        """As `Disk.remove`."""
        (self._folder / name).unlink(missing_ok=True)

    def sync_folder(self) -> None:
        """As `Disk.sync_folder`."""
        self._sync(self._folder, os.O_RDONLY)

    @staticmethod
    def _sync(path: Path, flags: int, *, is_read_anew: bool = False) -> None:
        descriptor = os.open(path, flags)
        try:
            os.fsync(descriptor)
            if is_read_anew:
                # So that a check of what was written asks the medium, where the kernel allows it.
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
