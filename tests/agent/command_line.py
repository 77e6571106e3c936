"""`python -m agent` without a process of its own: a new one takes a second to start."""

from dataclasses import dataclass

import pytest

from agent.__main__ import main


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


class CommandLine:
    """Whoever types commands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        # Both are for a whole process, and this one is the tests'.
        for name in ("leave_no_core", "write_notes_only"):
            monkeypatch.setattr(f"agent.__main__.{name}", lambda: None)
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, *arguments: object) -> Ended:
        """`python -m agent` with these."""
        self._monkeypatch.setattr("sys.argv", ["agent", *map(str, arguments)])
        status = main()
        said = self._capsys.readouterr()
        return Ended(status, said.out, said.err)
