"""Folders whose names survive a power cut.

Source: facts/security.md §5.1 (sync the folder too); Windows cannot sync one.
"""

import os
from contextlib import suppress
from pathlib import Path


def keep_folder(folder: Path) -> None:
    """Make a folder and those above it; their names are durable when this returns.

    Raises:
        OSError: A folder cannot be made.
    """
    if not folder.parent.is_dir():
        keep_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    with suppress(PermissionError):  # a folder that we may not read has its names from others
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Return when the names made, changed and removed in a folder are durable."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
