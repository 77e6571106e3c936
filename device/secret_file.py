"""A small secret in a file that only this reader's user may read.

Such a file is put there by whoever starts the reader: a systemd credential, a file on a tmpfs
filled at boot, or the board's own fuses as the kernel shows them.
"""

import os
import stat
from pathlib import Path

from device.errors import ConfigurationError

_MAX_BYTES = 4096
_OTHERS_MAY = stat.S_IRWXO | stat.S_IWGRP
"""Reading by a group is left alone: systemd shows a credential's access list in these bits."""


def read_secret(path: Path) -> bytes:
    """All bytes of the file.

    Raises:
        ConfigurationError: It cannot be read, is empty, longer than 4096 bytes, no file, belongs
            to another user, or somebody else may read or change it. The sentence names the file,
            never what is in it.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode) or status.st_mode & _OTHERS_MAY:
        raise ConfigurationError(
            f"{path}: others may read or change this secret; make it a file of mode 0400"
        )
    if status.st_uid not in (0, os.geteuid()):
        raise ConfigurationError(f"{path}: this secret must belong to root or the reader's user")
    if not 0 < len(content) <= _MAX_BYTES:
        raise ConfigurationError(f"{path}: a secret has 1 to {_MAX_BYTES} bytes")
    return content
