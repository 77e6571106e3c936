"""Command line of set-up and factory: `python -m device.factory <command>`."""

import argparse
import sys

from device.errors import DeviceError
from device.factory import bundle, face_model, identity, pairings, password, voices

COMMANDS = (face_model, bundle, identity, pairings, password, voices)
"""Each has NAME, a docstring whose first line is its help, `add_arguments` and `run`."""


def main() -> int:
    """Runs one command; an expected failure is one sentence and status 1."""
    parser = argparse.ArgumentParser(prog="python -m device.factory", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    for command in COMMANDS:
        summary = (command.__doc__ or "").partition("\n")[0]
        one = commands.add_parser(command.NAME, help=summary, description=summary)
        command.add_arguments(one)
        one.set_defaults(run=command.run)
    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except DeviceError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
