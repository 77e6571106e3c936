"""Run a reader: `python -m device --config FILE`, until it is told to stop."""

import argparse
import ctypes
import logging
import resource
import signal
import sys
import threading
from pathlib import Path

from device.assembly import assemble
from device.config import read_config
from device.errors import DeviceError
from device.reader.port import CardSlot

_WRONG_CONFIGURATION = 2
_VISIT_ENDED = 3
_LOOK_EVERY_S = 0.5
_PR_SET_DUMPABLE = 4
"""linux/prctl.h."""


def run(config: Path, slot: CardSlot | None = None) -> int:
    """Run the reader of a configuration file until SIGTERM or Ctrl-C.

    Args:
        config: The file.
        slot: A slot made by someone else, in place of the configured one.

    Returns:
        The exit status: 0 after a clean stop, 2 when the configuration cannot work, 3 when the
        visit's or the link's thread ended by itself, so that whoever started the reader starts it
        anew.
    """
    _leave_no_core()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    try:
        reader = assemble(read_config(config), config.resolve().parent, slot)
    except DeviceError as error:
        print(f"The reader cannot start: {error}", file=sys.stderr)
        return _WRONG_CONFIGURATION
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    reader.start()
    while reader.is_running and not stopped.wait(_LOOK_EVERY_S):
        pass
    status = 0 if stopped.is_set() else _VISIT_ENDED
    reader.stop()
    return status


def _leave_no_core() -> None:
    """A crash must not write the memory, with PIN and face in it, to a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A core handler behind a pipe ignores that limit; a process that cannot be dumped has no core.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m device", description="Run a card reader.")
    parser.add_argument("--config", type=Path, required=True, help="the reader's TOML file")
    return run(parser.parse_args().config)


if __name__ == "__main__":
    sys.exit(main())
