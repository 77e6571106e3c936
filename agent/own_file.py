"""Files of this user alone, whose bytes are those that are written.

A descriptor of Windows turns each byte 0x0A into 0x0D 0x0A unless it is opened with O_BINARY, which
no other system has: lines of the journal would not have the hashes that they are told to have.

Source: Python's library reference, `os.O_BINARY`; Microsoft C runtime, `_open`.
"""

import os
from pathlib import Path

_FOR_THIS_USER = 0o600


def open_own(path: Path, flags: int) -> int:
    """Open a file, one that is made for its owner only, and give its descriptor.

    Args:
        path: The file.
        flags: Of `os.open`.

    Raises:
        OSError: It cannot be opened.
    """
    return os.open(path, flags | getattr(os, "O_BINARY", 0), _FOR_THIS_USER)
