"""An error that nobody foresaw at the agent, and whose message holds a patient's name."""

import subprocess
import sys
from pathlib import Path

import pytest

from agent.crash_notes import note_of

NAME = "受付　太郎"
PROGRAM = f"""\
import sys, threading
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from agent.crash_notes import write_notes_only
%s
def fail():
    try:
        raise KeyError({NAME!r})
    except KeyError as error:
        raise RuntimeError({NAME!r}) from error
"""
ENDS = {
    "the program": "fail()",
    "hostlink": "t = threading.Thread(target=fail, name='hostlink'); t.start(); t.join()",
    "a clean-up": "class Held:\n    def __del__(self): fail()\nHeld()",
}


def said_by(first: str, end: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", PROGRAM % first + end],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return ended.stdout + ended.stderr


@pytest.mark.parametrize("what", ENDS)
def test_the_note_tells_kind_and_place_and_no_word_of_the_message(what: str) -> None:
    said = said_by("write_notes_only()", ENDS[what])
    assert f"{what}: unexpected RuntimeError at <string>:" in said
    assert "太郎" not in said
    assert "太郎" in said_by("", ENDS[what]), "negative control"


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert note_of(ValueError(NAME)) == "ValueError at no place"
