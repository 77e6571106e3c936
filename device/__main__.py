"""Run a reader: `python -m device --config FILE`, until it is told to stop."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from device.config import read_config
from device.crash_notes import NotesOnly, write_notes_only
from device.errors import DeviceError
from device.private_memory import is_swap_on, leave_no_core, overwrite_freed_memory
from device.reader.port import CardSlot
from device.running import End, RunningReader

_log = logging.getLogger(__name__)

_WRONG_CONFIGURATION = 2
_BROKEN = 3


def run(config: Path, make_slot: Callable[[], CardSlot] | None = None) -> int:
    """Run the reader of a configuration file until SIGTERM or Ctrl-C.

    Args:
        config: The file.
        make_slot: Makes a slot in place of the configured one.

    Returns:
        The exit status: 0 after a clean stop, 2 when the configuration cannot work, 3 when the
        visit's or the link's thread ended by itself, so that whoever started the reader starts it
        anew.
    """
    leave_no_core()
    overwrite_freed_memory()
    _log_carefully()
    if is_swap_on():
        _log.warning("swap is on: what a patient's face leaves in memory may be written to a disk")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    folder = config.resolve().parent
    try:
        end = RunningReader(read_config(config), folder, stopping, make_slot).run()
    except DeviceError as error:
        print(f"The reader cannot start: {error}", file=sys.stderr)
        return _WRONG_CONFIGURATION
    return 0 if end is End.STOPPED else _BROKEN


def _log_carefully() -> None:
    """To stderr, and without the message of an error that nobody foresaw."""
    handler = logging.StreamHandler()
    handler.setFormatter(NotesOnly("%(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    write_notes_only()


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m device", description="Run a card reader.")
    parser.add_argument("--config", type=Path, required=True, help="the reader's TOML file")
    return run(parser.parse_args().config)


if __name__ == "__main__":
    sys.exit(main())
