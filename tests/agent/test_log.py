"""Text for whoever sits before a terminal, JSON for whatever collects lines."""

import io
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from agent import log


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_collector_gets_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.warn("no reader is paired at 1番窓口 yet", counter="1番窓口", name="試験　花子")
    log.fail("stopped,\nby a fault")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert datetime.fromisoformat(first.pop("timestamp")).utcoffset() is not None
    assert first == {
        "event": "no reader is paired at 1番窓口 yet",
        "counter": "1番窓口",
        "name": "[removed]",
        "level": "warning",
        "program": "agent",
    }
    assert (second["event"], second["level"]) == ("stopped,\nby a fault", "error")


def test_a_person_gets_text(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    log.warn("no reader is paired at 1番窓口 yet", left=3)
    said = terminal.getvalue()
    assert "no reader is paired at 1番窓口 yet" in said
    assert "warning" in said
    assert not said.startswith("{")
    assert said.count("\n") == 1


LIBRARY = f"""\
import logging, sys, warnings
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from agent import log
%s
library = logging.getLogger("library")
library.info("受付　一郎")
try:
    raise KeyError("受付　二郎")
except KeyError:
    library.exception("row %%s of 受付　三郎", 7)
library.warning("受付　四郎 %%d", "受付　五郎")
warnings.warn("受付　六郎 is deprecated")
"""


def test_libraries_are_redacted_as_well() -> None:
    def lines(first: str) -> str:
        return subprocess.run(
            [sys.executable, "-X", "utf8", "-c", LIBRARY % first],
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stderr

    left = lines("log.hear_libraries()")
    assert "郎" not in left
    first, second, third = map(json.loads, left.splitlines())
    assert first["event"] == "row 7 of [removed]"
    assert (first["library"], first["error"], first["level"]) == ("library", "KeyError", "error")
    assert second["event"] == "a line that cannot be put together"
    assert third["library"] == "py.warnings"
    raw = lines("")
    assert [each for each in "二三四五六" if f"{each}郎" not in raw] == [], "control"
