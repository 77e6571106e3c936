"""Reads the files of a bundle, which may be anybody's: what is no ordinary file is never opened
to its end, since a pipe or a device has none.
"""

import errno
import os
import stat
from pathlib import Path

from device.face.errors import BundleError

LARGEST_BYTES = 256 * 1024 * 1024
"""Ten times the largest model that a reader has time for."""


def content_of(path: Path, *, may_be_link: bool = True) -> bytes:
    """All of a file.

    Args:
        path: of the file.
        may_be_link: whether the file may lie elsewhere.

    Raises:
        BundleError: if it is a link, a folder, a pipe, a device, or too large.
        OSError: if it is missing or cannot be read.
    """
    nofollow = 0 if may_be_link else os.O_NOFOLLOW
    try:
        # Without O_NONBLOCK a pipe would be waited for.
        opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | nofollow)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise BundleError(f'"{path.parent.name}/{path.name}" is a link, no file') from error
        raise
    try:
        content = _read(opened) if stat.S_ISREG(os.fstat(opened).st_mode) else None
    finally:
        os.close(opened)
    if content is None or len(content) > LARGEST_BYTES:
        raise BundleError(
            f'"{path.parent.name}/{path.name}" is no ordinary file of at most '
            f"{LARGEST_BYTES >> 20} MiB"
        )
    return content


def _read(opened: int) -> bytes:
    """All of a file, but no more than shows that it is too large."""
    with os.fdopen(opened, "rb", closefd=False) as file:
        return file.read(LARGEST_BYTES + 1)
