"""The implementation in another language while it is paired, and the person before it."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.hostlink.other_end_program import OTHER_END, Surroundings, pair_command

_END_S = 20.0


class OtherPairing:
    """Its `pair.mjs`."""

    def __init__(self, at: Surroundings, program: Path = OTHER_END) -> None:
        self._at = at
        self._command = pair_command(at, program)

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, text=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def hear(self) -> dict[str, Any]:
        """What it says next."""
        assert self._process.stdout is not None
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def read_code(self) -> str:
        """Wait for the six digits."""
        said = self.hear()
        assert said["event"] == "compare", said
        code: str = said["code"]
        return code

    def answer_when_asked(self, answer: str) -> dict[str, Any]:
        """Say whether the digits were the same; gives what it says to that."""
        assert self.hear() == {"event": "asked"}
        assert self._process.stdin is not None
        self._process.stdin.write(f"{answer}\n")
        self._process.stdin.flush()
        return self.hear()

    def end(self) -> int:
        """Wait for its end; gives its exit status."""
        return self._process.wait(_END_S)

    def kept(self) -> dict[str, str]:
        """What it left behind."""
        found: dict[str, str] = json.loads(self._at.pairing.read_text(encoding="utf-8"))
        return found
