"""Sets a PIN of the reader itself: staff's facility password, or the maintenance PIN.

The new PIN is typed twice without being shown, or is the first line of the standard input. It is
kept in the reader's state folder, so the reader's user must run this, with the reader stopped.
"""

import argparse
import sys
from getpass import getpass
from pathlib import Path

from device.config import read_config
from device.factory.errors import FactoryError
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.opening import opened_own_pins
from device.pinpad.pin import Pin

NAME = "password"

_NAMES = {name.name.lower(): name for name in OwnPinName}
_MOST_INPUT_BYTES = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="task")
    setting = tasks.add_parser("set", help="set it, in place of the one before")
    setting.add_argument("which", choices=sorted(_NAMES), help="the PIN that is set")
    setting.add_argument("--config", type=Path, required=True, help="the reader's configuration")


def run(arguments: argparse.Namespace) -> None:
    """Does it and says so."""
    config = read_config(arguments.config)
    folder = config.state_folder / "pin"
    try:
        with opened_own_pins(folder, config.link.device_secret) as pins:
            pins.set_pin(_NAMES[arguments.which], Pin(_read_new()))
    except OSError as error:
        raise FactoryError(f"{error.filename}: {error.strerror}") from error
    print(f"the {arguments.which} PIN is set")  # noqa: T201 - a command's answer


def _read_new() -> bytearray:
    if not sys.stdin.isatty():
        return bytearray(sys.stdin.buffer.readline(_MOST_INPUT_BYTES).rstrip(b"\r\n"))
    first, again = getpass("new PIN: "), getpass("once more: ")
    if first != again:
        raise FactoryError("the two were not the same; nothing was changed")
    return bytearray(first.encode())
