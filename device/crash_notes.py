"""What is written of an error that nobody foresaw: its kind and its place.

Its message is left out, for it could hold anything: a name, digits, the numbers of a face.
"""

import logging
import sys
import threading
import traceback
from types import TracebackType

_log = logging.getLogger(__name__)
_ErrorInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


def note_of(error: BaseException) -> str:
    """Its kind, and the way to where it arose, the innermost place first."""
    way = reversed(traceback.extract_tb(error.__traceback__))
    places = ", from ".join(f"{place.filename}:{place.lineno}" for place in way)
    return f"{type(error).__name__} at {places or 'no place'}"


class NotesOnly(logging.Formatter):
    """Writes a log's lines; of an error that comes with one, only the note."""

    def formatException(self, ei: _ErrorInfo) -> str:  # noqa: N802 - logging's own name
        """See `logging.Formatter.formatException`."""
        return note_of(ei[1]) if ei[1] else ""


def write_notes_only() -> None:
    """From now on, what ends this process, a thread, a task or a clean-up is told by its note."""
    sys.excepthook = lambda _kind, error, _trace: _note("the program", error)
    threading.excepthook = lambda crash: _note(_thread_of(crash), crash.exc_value)
    sys.unraisablehook = lambda crash: _note("a clean-up", crash.exc_value)
    logging.getLogger("asyncio").addFilter(_keep_first_line)
    # Of a line that cannot be written, `logging` itself would print every argument.
    logging.raiseExceptions = False


def _keep_first_line(record: logging.LogRecord) -> bool:
    """Of what asyncio says; below its first line stands the task, with the error's message."""
    record.msg, record.args = record.getMessage().partition("\n")[0], None
    return True


def _thread_of(crash: threading.ExceptHookArgs) -> str:
    return crash.thread.name if crash.thread else "a thread"


def _note(what: str, error: BaseException | None) -> None:
    if error is not None:
        _log.critical("%s: unexpected %s", what, note_of(error))
