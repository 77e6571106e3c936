"""Runs the agent: `python -m agent --config FILE`; `python -m agent --help` names all it can do.

Exit status: 0 after SIGTERM or Ctrl-C or when a task is done, 1 when `status` finds no reader
connected, `doctor` something to do or `verify` something altered, 2 when the configuration must be
changed or a task was not done, 3 when the store cannot be written or the journal not be opened, 4
when the link's thread died. After 3 and 4 a supervisor should start it again.
"""

import signal
import sys
from io import TextIOWrapper
from typing import NoReturn

from agent import log
from agent.command_line import DEFAULT, TASKS, read_words
from agent.config import AS_WHOM
from agent.core_dumps import leave_no_core
from agent.crash_notes import write_notes_only
from agent.errors import (
    BackupError,
    ConfigError,
    JournalUnavailableError,
    LinkDiedError,
    PairingError,
    StoreUnavailableError,
)
from agent.own_command import whole_commands

EXIT_CONFIG = 2
EXIT_STORAGE = 3
EXIT_LINK = 4


def main() -> int:
    """Do what the command line says; see the module's text for the exit status."""
    leave_no_core()
    write_notes_only()
    _write_any_character()
    arguments = read_words(sys.argv[1:])
    task, configuration = arguments.task, arguments.config
    if task == DEFAULT:
        signal.signal(signal.SIGTERM, _end)  # until it serves, and has its own way to end
    try:
        return TASKS[task].carry_out(arguments)
    except (BackupError, ConfigError, PairingError) as error:
        sentence, status = str(error), EXIT_CONFIG
    except (StoreUnavailableError, JournalUnavailableError, PermissionError) as error:
        sentence, status = _unusable(error)
    except LinkDiedError:
        sentence, status = "stopped, the link to the reader ended by a fault", EXIT_LINK
    if configuration is not None:
        sentence = whole_commands(sentence, configuration)
    if task == DEFAULT:
        log.fail(sentence)  # beside whatever else its supervisor keeps of it
    else:
        print(f"agent: {sentence}", file=sys.stderr)
    return status


def _write_any_character() -> None:
    """A pipe of another code page gets an escape for a character that it lacks, not a crash."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _unusable(error: Exception) -> tuple[str, int]:
    """The sentence and the exit status. What another user has is no fault of the disk."""
    cause = error if isinstance(error, PermissionError) else error.__cause__
    if isinstance(cause, PermissionError):
        return f"{cause.filename} may not be used by this user: {AS_WHOM}.", EXIT_CONFIG
    return f"stopped, nothing more can be kept safely: {error}", EXIT_STORAGE


def _end(*_: object) -> NoReturn:
    """Told to end before it serves: nothing is under way."""
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
