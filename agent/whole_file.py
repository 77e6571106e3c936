"""Files that a power cut leaves as they were or as they should be, nothing between.

Source: facts/security.md §5.1 (write beside, sync, rename, sync the folder).
"""

import os
from contextlib import suppress
from pathlib import Path

from agent.folders import sync_folder
from agent.own_file import open_own


def keep_file(path: Path, content: bytes) -> None:
    """Write a whole file, in place of the one before; it is durable when this returns.

    Args:
        path: The file; beside it a `.part` lies for a moment.
        content: All of it; for this user alone.

    Raises:
        OSError: It may not be durable. Nothing half written is left.
    """
    part = path.with_suffix(".part")
    try:
        _write_synced(part, content)
        part.replace(path)
        sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _write_synced(part: Path, content: bytes) -> None:
    part.unlink(missing_ok=True)
    descriptor = open_own(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
