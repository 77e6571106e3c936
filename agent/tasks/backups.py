"""All of the agent as a file, and back."""

from functools import partial

from agent.backup import write_backup
from agent.restore import restore
from agent.tasks._common import Arguments, config_of, written


def back_up(arguments: Arguments) -> int:
    """Write all of the agent, with its keys."""
    config, _ = config_of(arguments)
    written(arguments, partial(write_backup, config, arguments.config))
    print("It was read through. It holds keys and patients' data.")
    return 0


def bring_back(arguments: Arguments) -> int:
    """Put a backup into an empty place."""
    restore(arguments.config, arguments.source, print)
    return 0
