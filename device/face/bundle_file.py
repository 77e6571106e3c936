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
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST_BYTES:
            raise BundleError(
                f'"{path.parent.name}/{path.name}" is no ordinary file of at most '
                f"{LARGEST_BYTES >> 20} MiB"
            )
        with os.fdopen(opened, "rb", closefd=False) as file:
            # Room for the largest would be made, and written over, at every start.
            return file.read(found.st_size)
    finally:
        os.close(opened)
