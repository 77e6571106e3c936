"""A folder for runs whose subject is not the disk: in memory where that is possible."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_MEMORY = Path("/dev/shm")  # noqa: S108  # a fresh folder of our own is made in it


@contextmanager
def memory_folder() -> Iterator[Path]:
    """Fresh and empty; a sync costs nothing in it, and a power cut is other runs' matter."""
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)
