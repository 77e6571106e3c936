"""What all tasks need: the configuration they are about, and a file that some of them write."""

import argparse
from collections.abc import Callable
from pathlib import Path

from agent.clock import SystemClock
from agent.config import Config, read_config
from agent.errors import ConfigError

EXIT_NOT_WELL = 1
Arguments = argparse.Namespace


def config_of(arguments: Arguments) -> tuple[Config, Path]:
    """The configuration, and the folder it lies in."""
    return read_config(arguments.config), arguments.config.absolute().parent


def written(arguments: Arguments, write: Callable[[Path], int | None]) -> int | None:
    """Let something write the file that is asked for, or one named by the task and the time."""
    name = f"uketsuke-{arguments.task}-{SystemClock().now():%Y%m%d-%H%M%S}.zip"
    target: Path = arguments.out or Path(name)
    try:
        found = write(target)
    except OSError as error:
        raise ConfigError(f"{target}: {error.strerror}") from error
    print(f"{target} is written.")
    return found
