"""A process that believes in another time, from its start on or from one moment to the next.

libfaketime answers every question for the wall clock, OpenSSL's too; the monotonic clock stays
the machine's own, as after a power cut or when somebody sets the clock.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

_LIBRARIES = tuple(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
"""Of the package libfaketime; the folder above is named after the machine's kind."""
PATIENCE_S = 60.0


class WrongClock:
    """What a process asks instead of the wall clock; runs on from wherever it was set."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def set(self, now: datetime) -> None:
        """From now on it is that time."""
        offset_s = round((now - datetime.now(UTC)).total_seconds())
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{offset_s:+d}\n")
        beside.replace(self._file)

    def environment(self) -> dict[str, str]:
        """For the process."""
        return os.environ | {
            "LD_PRELOAD": str(_LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Otherwise each process that is killed leaves a piece of shared memory.
            "FAKETIME_DISABLE_SHM": "1",
        }


class EndWithAClock:
    """`end_with_a_clock` under such a clock."""

    def __init__(self, which: str, port: str, folder: Path, clock: WrongClock) -> None:
        self._said: SimpleQueue[str] = SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.end_with_a_clock", which, port, str(folder)],
            env=clock.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def next(self) -> str:
        """What it says next."""
        return self._said.get(timeout=PATIENCE_S)

    def keep(self) -> None:
        """A visit has ended."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def rest(self) -> list[str]:
        """What it said that nobody has heard yet; once it has ended."""
        return [self._said.get() for _ in range(self._said.qsize())]

    def __enter__(self) -> "EndWithAClock":
        return self

    def __exit__(self, *_: object) -> None:
        """It ends by itself."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(PATIENCE_S) == 0
        self._listener.join()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as said:
            for line in said:
                self._said.put(line.strip())
