"""Files and folders that a power cut leaves as they were or as they should be, nothing between.

Source: facts/security.md §5.1 (write beside, sync, rename, sync the folder).
"""

import os
from contextlib import suppress
from pathlib import Path

_FOR_THIS_USER = 0o600


def keep_file(path: Path, content: bytes) -> None:
    """Writes a whole file, in place of the one before; it is durable when this returns.

    Args:
        path: The file; beside it a `.part` lies for a moment.
        content: All of it; for this user alone.

    Raises:
        OSError: It may not be durable. Nothing half written is left.
    """
    part = path.with_suffix(".part")
    try:
        _write_through(part, content)
        part.replace(path)
        sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def keep_folder(folder: Path, mode: int = 0o777) -> None:
    """Makes a folder and those above it; they are durable when this returns.

    Raises:
        OSError: A folder cannot be made.
    """
    if not folder.parent.is_dir():
        keep_folder(folder.parent)
    folder.mkdir(mode, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Returns when names made, changed and removed in the folder are durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_through(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, _FOR_THIS_USER)
    try:
        # One that was left by a power cut, or laid there, keeps the mode it has.
        os.fchmod(descriptor, _FOR_THIS_USER)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
