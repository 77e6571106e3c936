"""What happened at the reader, for staff and the bench: names of events and nothing personal.

One JSON object a line. Only names of events and states, the turn and the random visit id fit
in: there is no way to hand this journal a patient's name, a digit or a picture.
"""

import json
import os
from contextlib import suppress
from io import FileIO
from pathlib import Path

from device.clock import monotonic_ms


class Journal:
    """An append-only file of what the visit machine did; without a path it keeps silent.

    A full disk costs lines of the journal and never a visit.
    """

    def __init__(self, path: Path | None) -> None:
        """Opens the file.

        Raises:
            OSError: It cannot be opened.
        """
        self._file = FileIO(path, "a", opener=_for_this_user) if path else None

    def note(self, *, event: str, before: str, after: str, turn: int, visit_id: bytes) -> None:
        """Write one event and the states around it.

        Args:
            event: Class name of the event.
            before: Class name of the state it met.
            after: Class name of the state it led to.
            turn: The turn it led to.
            visit_id: The random name of the visit; empty when there is none.

        Raises:
            ValueError: One of the names is no identifier, so it cannot be a class name.
        """
        if not all(name.isidentifier() and name.isascii() for name in (event, before, after)):
            raise ValueError("only class names go into the journal")
        if self._file is None:
            return
        line = {
            "at_ms": round(monotonic_ms(), 3),
            "event": event,
            "before": before,
            "after": after,
            "turn": turn,
            "visit": visit_id.hex(),
        }
        with suppress(OSError):
            self._file.write(json.dumps(line).encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()


def _for_this_user(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
