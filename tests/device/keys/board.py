"""A board with a secret of its own, on another storage than the keys."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = "/dev/shm"  # noqa: S108 - a file system of its own, as /run is on a reader


@contextmanager
def board_secret() -> Iterator[Path]:
    """A file with 32 random bytes that goes away afterwards."""
    folder = Path(tempfile.mkdtemp(dir=_MEMORY))
    try:
        yield write_secret(folder / "device.secret", secrets.token_bytes(32))
    finally:
        shutil.rmtree(folder)


def write_secret(path: Path, content: bytes) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path
