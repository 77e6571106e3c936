"""An error that nobody foresaw, and whose message holds what nobody may read."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from device.crash_notes import NotesOnly, note_of

SECRET = "受付　太郎 0739"
PROGRAM = f"""\
import logging, sys, threading
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from device.__main__ import _log_carefully
%s
def fail():
    try:
        raise KeyError({SECRET!r})
    except KeyError as error:
        raise RuntimeError({SECRET!r}) from error
"""
ENDS = {
    "the program": "fail()",
    "visit": "t = threading.Thread(target=fail, name='visit'); t.start(); t.join()",
    "library": "try: fail()\nexcept RuntimeError: logging.getLogger('library').exception('broken')",
    "a clean-up": "class Held:\n    def __del__(self): fail()\nHeld()",
    "asyncio": """
import asyncio
async def fail_soon(): fail()
async def forget_a_task():
    asyncio.create_task(fail_soon())
    await asyncio.sleep(0.01)
asyncio.run(forget_a_task())
""",
}


def said_by(first: str, end: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM % first + end],
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout + ended.stderr


@pytest.mark.parametrize("what", ENDS)
def test_the_note_tells_kind_and_place_and_no_word_of_the_message(what: str) -> None:
    said = said_by("_log_carefully()", ENDS[what])
    assert what in said
    assert "RuntimeError at <string>:" in said
    assert "太郎" not in said
    assert "0739" not in said


@pytest.mark.parametrize("what", ENDS)
def test_otherwise_the_message_would_be_there(what: str) -> None:
    """Negative control."""
    assert "0739" in said_by("logging.basicConfig()", ENDS[what])


def test_a_line_that_cannot_be_written_tells_no_argument() -> None:
    wrong = f"logging.getLogger('library').warning('%d', {SECRET!r})"
    assert "0739" not in said_by("_log_carefully()", wrong)
    assert "0739" in said_by("logging.basicConfig()", wrong), "negative control"


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert note_of(ValueError("0739")) == "ValueError at no place"


def test_a_line_without_error_is_as_always() -> None:
    line = logging.LogRecord("screen", logging.INFO, "", 0, "open on %s", (8080,), None)
    assert NotesOnly("%(name)s: %(message)s").format(line) == "screen: open on 8080"
