"""A folder in memory: what was synced is read from strace, so no real disk need be waited for."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder is made in it


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make it, and remove it with all that is in it."""
    parent = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)
