"""One question in the folder `req` of 連携アプリ, one answer in its folder `res`.

The question appears whole and under a name that neither folder has. It is put once: whoever gave
up waiting does not know whether it was carried out. An answer counts when two looks at it were
alike, since it may be half written; one that stays nonsense for some looks is refused. What a
killed agent left half put is taken away with a later question, and not at the start, which a share
that is away would hold up.

Source: facts/oqs.md §2.2, §2.3.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import errorcode
from pathlib import Path
from typing import TypeVar

from agent.clock import JAPAN, Clock
from agent.errors import (
    MalformedQualificationError,
    NumbersTimedOutError,
    NumbersUnavailableError,
)

LOOK_S = 0.3
"""Between two looks at the folder."""
NONSENSE_LOOKS = 12
"""So often nonsense may be found unchanged: 3.6 s."""
LARGEST_ANSWER_BYTES = 4 * 1024 * 1024
NAMES_TRIED = 10
PART = re.compile(r"\.uketsuke-[0-9a-f]{16}\.part")
LEFT_AFTER_S = 3600.0
"""A part lives for milliseconds; one of this age was left by a killed agent, here or elsewhere."""
Found = TypeVar("Found")
Pause = Callable[[float], bool]
"""Waits so many seconds; True: the agent ends."""


class OqsFolders:
    """The two folders; safe from several threads.

    Args:
        folder: Holds `req` and `res`; none of them is ever made, a share may be away.
        timeout_s: Longest wait for an answer.
        clock: Names the questions and measures the wait.
        pause: How to wait between two looks.
    """

    def __init__(self, folder: Path, timeout_s: float, clock: Clock, pause: Pause) -> None:
        self._requests = folder / "req"
        self._answers = folder / "res"
        self._timeout_s = timeout_s
        self._clock = clock
        self._pause = pause

    def exchange(self, kind: str, content: bytes, read: Callable[[bytes], Found | None]) -> Found:
        """Put a question and wait for its answer, which is then taken out of the folder.

        Args:
            kind: How the name of both files begins, without `req_` and `res_`.
            content: The question's file.
            read: Makes something of the answer's file; None: it says that it is not finished.

        Raises:
            NumbersUnavailableError: The question could not be put.
            NumbersTimedOutError: It was put and not answered.
            MalformedQualificationError: The answer is nonsense; it stays in the folder.
        """
        request = self._put(kind, content)
        answer = self._answer_of(request)
        found = self._wait(answer, read)
        if found is None:
            raise NumbersTimedOutError(is_taken=not _take_back(request))
        with suppress(OSError):
            answer.unlink()
        return found

    def _answer_of(self, request: Path) -> Path:
        return self._answers / request.name.replace("req_", "res_", 1)

    def _put(self, kind: str, content: bytes) -> Path:
        part = self._requests / f".uketsuke-{secrets.token_hex(8)}.part"
        with _folder_errors():
            try:
                part.write_bytes(content)
                self._sweep(part.stat().st_mtime - LEFT_AFTER_S)
                for request in self._new_names(kind):
                    with suppress(FileExistsError):
                        _appear(part, request)
                        return request
            finally:
                part.unlink(missing_ok=True)
        raise NumbersUnavailableError("no free name")

    def _sweep(self, left_before: float) -> None:
        """Take away old parts, by the clock of whoever keeps the folder.

        They are not overwritten: one may be a second name of a question that was put.
        """
        parts: list[Path] = []
        with suppress(OSError):  # whoever may put a question need not be allowed to look around
            parts += (path for path in self._requests.iterdir() if PART.fullmatch(path.name))
        for part in parts:
            with suppress(OSError):
                if part.stat().st_mtime < left_before:
                    part.unlink()

    def _new_names(self, kind: str) -> Iterator[Path]:
        """Names of today that no answer lies there for."""
        today = f"{self._clock.now().astimezone(JAPAN):%Y%m%d}"
        for _ in range(NAMES_TRIED):
            request = self._requests / f"{kind}req_{today}{secrets.randbelow(100_000):05}.xml"
            if not self._answer_of(request).exists():
                yield request

    def _wait(self, answer: Path, read: Callable[[bytes], Found | None]) -> Found | None:
        until_ms = self._clock.monotonic_ms() + self._timeout_s * 1000
        before, nonsense = None, 0
        while self._clock.monotonic_ms() < until_ms and not self._pause(LOOK_S):
            now = _look(answer)
            if now is None or now != before:
                before, nonsense = now, 0
                continue
            try:
                found = read(now)
            except MalformedQualificationError:
                nonsense += 1
                if nonsense == NONSENSE_LOOKS:
                    raise
            else:
                if found is not None:
                    return found
        return None


def _look(answer: Path) -> bytes | None:
    """What lies there; None also while it is locked or its share is away."""
    with suppress(OSError), answer.open("rb") as file:
        return file.read(LARGEST_ANSWER_BYTES + 1)
    return None


def _appear(part: Path, request: Path) -> None:
    """Give a finished file its name, in one step, and never that of another file."""
    if os.name == "nt":
        part.rename(request)  # there it replaces nothing
    else:
        os.link(part, request)


def _take_back(request: Path) -> bool:
    """Whether the question still lay there."""
    try:
        request.unlink()
    except OSError:
        return False
    return True


@contextmanager
def _folder_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        cause = errorcode.get(error.errno or 0, "OSError")
        raise NumbersUnavailableError(cause) from error
