"""A lock between programs on one PC, given back by the system when its program dies."""

import os
import sys
import time
from errno import ETIMEDOUT
from pathlib import Path
from types import TracebackType

PATIENCE_S = 0.2
_LOOK_EVERY_S = 0.002

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

    def _unlock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


class FileLock:
    """Held inside `with`, by one thread of one program.

    The file is empty, made when it is missing, and stays: whoever removed it would leave the next
    two programs with a lock each.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError where the file cannot be opened."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def __enter__(self) -> None:
        """Wait for it, never for longer than a stopped program may cost a patient.

        Raises:
            TimeoutError: Another program holds it.
        """
        ends_at_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                return _try_lock(self._file)
            except OSError:
                if time.monotonic() >= ends_at_s:
                    raise TimeoutError(ETIMEDOUT, "another program holds the lock") from None
            time.sleep(_LOOK_EVERY_S)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the next one in."""
        _unlock(self._file)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)
