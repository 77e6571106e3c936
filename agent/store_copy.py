"""A copy of the store for a backup, which holds what the store does: names and insurance.

It lies beside the store: on a local disk, in a folder for this user alone. A program that is killed
leaves it there, so the next backup and the agent's next start look for such copies. Overwriting is
what the store does with what it purges; what a disk keeps of it inside is beyond both.
"""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.errors import BackupError
from agent.file_lock import FileLock
from agent.store import Store

_PREFIX = "backup-"
_FOLDER = re.compile(f"{_PREFIX}[a-z0-9_]{{8}}")
_FILE = "store.sqlite3"
_CHUNK_BYTES = 1024 * 1024


@contextmanager
def copied(store: Path) -> Iterator[Path]:
    """Copy a store as it is at one moment; the copy is gone afterwards.

    Raises:
        BackupError: Another backup is being made.
        OSError: The copy cannot be kept.
        StoreUnavailableError: The store cannot be copied.
    """
    with closing(_lock_beside(store)) as lock, ExitStack() as held:
        try:
            held.enter_context(lock)
        except TimeoutError:
            raise BackupError("another backup is being made: wait until it is done.") from None
        _sweep(store.parent)
        with TemporaryDirectory(dir=store.parent, prefix=_PREFIX) as folder:
            copy = Path(folder) / _FILE
            with closing(Store(store)) as opened:
                opened.copy_to(copy)
            try:
                yield copy
            finally:
                _overwrite(Path(folder))


def sweep_copies(store: Path) -> None:
    """Take away what killed backups left beside a store, unless one is being made."""
    with suppress(OSError):
        if _copies_in(store.parent):
            with closing(_lock_beside(store)) as lock, lock:
                _sweep(store.parent)


def _lock_beside(store: Path) -> FileLock:
    """Whoever holds it makes a copy, or knows that nobody does."""
    return FileLock(store.parent / "backup.lock")


def _sweep(beside: Path) -> None:
    for folder in _copies_in(beside):
        with suppress(OSError):
            _overwrite(folder)
            for file in _files_in(folder):
                file.unlink()
            folder.rmdir()  # refused where there is something else in it


def _copies_in(beside: Path) -> list[Path]:
    """The folders of copies, by their names."""
    found = (folder for folder in beside.iterdir() if _FOLDER.fullmatch(folder.name))
    return [folder for folder in found if folder.is_dir() and not folder.is_symlink()]


def _overwrite(folder: Path) -> None:
    for path in _files_in(folder):
        with path.open("r+b", buffering=0) as file:
            left = path.stat().st_size
            while left > 0:
                left -= file.write(bytes(min(left, _CHUNK_BYTES)))
                os.fsync(file.fileno())


def _files_in(folder: Path) -> list[Path]:
    """The copy, and what SQLite keeps beside it while it is written."""
    return list(folder.glob(f"{_FILE}*"))
