"""What is written of an error that nobody foresaw: its kind and its place.

Its message is left out, for it could hold a patient's name.
"""

import sys
import threading
import traceback

from agent import log


def note_of(error: BaseException) -> str:
    """Its kind, and the way to where it arose, the innermost place first."""
    way = reversed(traceback.extract_tb(error.__traceback__))
    places = ", from ".join(f"{place.filename}:{place.lineno}" for place in way)
    return f"{type(error).__name__} at {places or 'no place'}"


def write_notes_only() -> None:
    """From now on, what ends this process, a thread or a clean-up is told by its note, and what a
    library warns of by a redacted line.
    """
    log.hear_libraries()
    sys.excepthook = lambda _kind, error, _trace: _note("the program", error)
    threading.excepthook = lambda crash: _note(_thread_of(crash), crash.exc_value)
    sys.unraisablehook = lambda crash: _note("a clean-up", crash.exc_value)


def _thread_of(crash: threading.ExceptHookArgs) -> str:
    return crash.thread.name if crash.thread else "a thread"


def _note(what: str, error: BaseException | None) -> None:
    if error is not None:
        log.fail(f"{what}: unexpected {note_of(error)}")
