"""Text for whoever sits before a terminal, JSON for whatever collects lines."""

import io
import json
from datetime import datetime

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
