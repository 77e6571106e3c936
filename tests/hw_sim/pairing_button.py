"""The button inside the reader, as the kernel reports it: a pipe in place of the input device."""

import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

_EVENT = struct.Struct("llHHi")
"""Linux `struct input_event`: time (two longs), type, code, value."""
_EV_SYN, _EV_KEY = 0, 1
_KEY_CONFIG = 171


class PairingButton:
    """Made before the reader starts; pressed by a test."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        os.mkfifo(self.path, 0o600)
        # Both ends open: a pipe without a writer would look like a device that was taken away.
        self._pipe = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._pipe)

    def press(self, key: int = _KEY_CONFIG) -> None:
        """Down and up again."""
        for value in (1, 0):
            self._report(_EV_KEY, key, value)
            self._report(_EV_SYN, 0, 0)

    def _report(self, kind: int, code: int, value: int) -> None:
        os.write(self._pipe, _EVENT.pack(0, 0, kind, code, value))
