"""The log: the few lines on standard error that whoever runs the agent must read.

On a terminal they are text, anywhere else (systemd, WinSW, a pipe) one JSON object a line. What
happened to visits is in the journal, whose fields are closed sets; a line here is free text, so
each goes through `redact` first.

Source: decision 0033.
"""

import logging
import sys
from typing import Any

import structlog

from agent.redaction import redact


def tell(sentence: str, **more: object) -> None:
    """All is as it should be, and whoever started the program wants to know; see `warn`."""
    _logger().info(sentence, **more)


def warn(sentence: str, **more: object) -> None:
    """It goes on, and somebody should do something.

    Args:
        sentence: What is wrong and what to do.
        more: Named values beside it.
    """
    _logger().warning(sentence, **more)


def fail(sentence: str, **more: object) -> None:
    """The program, or a part of it, ended by this; see `warn`."""
    _logger().error(sentence, **more)


def hear_libraries() -> None:
    """From now on, what libraries warn of by `logging` or `warnings` is a line of this log."""
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    # It would print the arguments of a line that cannot be put together.
    logging.raiseExceptions = False


class _Libraries(logging.Handler):
    """Passes on the sentence and the kind of error, never an error's text or its variables."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sentence = record.getMessage()
        except Exception:  # noqa: BLE001 - a library's own mistake, whatever it is
            sentence = "a line that cannot be put together"
        kind = record.exc_info[0] if record.exc_info else None
        say = fail if record.levelno >= logging.ERROR else warn
        say(sentence, library=record.name, **({"error": kind.__name__} if kind else {}))


def _logger() -> Any:
    """Made for each line: standard error may be another one by then, and lines are few."""
    is_terminal = sys.stderr.isatty()
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(pad_event_to=0)
        if is_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            redact,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=not is_terminal),
            last,
        ],
        program="agent",
    )
