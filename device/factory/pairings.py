"""Lists the reception PCs a reader is paired with, takes one off, or seals the keys for them.

The reader must be stopped.
"""

import argparse
from pathlib import Path

from device.config import read_config
from device.factory.errors import FactoryError
from device.pairings import Pairings

NAME = "pairings"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="task")
    listing = tasks.add_parser("list", help="name them")
    forgetting = tasks.add_parser("forget", help="take one off, such as a PC that was stolen")
    forgetting.add_argument("name", help="as `list` says it")
    sealing = tasks.add_parser("seal", help="seal open keys to the board, as `identity seal` does")
    for task in (listing, forgetting, sealing):
        task.add_argument("--config", type=Path, required=True, help="the reader's configuration")


def run(arguments: argparse.Namespace) -> None:
    """Does one task and says what it did."""
    config = read_config(arguments.config)
    try:
        pairings = Pairings(config.state_folder / "pairings", config.link.device_secret)
        match arguments.task:
            case "forget":
                _forget(pairings, arguments.name)
            case "seal":
                pairings.seal()
                print("the keys are sealed: they open on this board only")  # noqa: T201
            case _:
                _list(pairings)
    except OSError as error:
        raise FactoryError(f"{error.filename}: {error.strerror}") from error


def _list(pairings: Pairings) -> None:
    for pairing in pairings.all:
        print(f"{pairing.agent_name}  (for {pairing.audience})")  # noqa: T201 - a command's answer
    for path in pairings.unusable:
        print(f"{path}: cannot be used; pair that PC again, or take the file away")  # noqa: T201
    if not (pairings.all or pairings.unusable):
        print("this reader is not paired")  # noqa: T201


def _forget(pairings: Pairings, name: str) -> None:
    found = next((each for each in pairings.all if each.agent_name == name), None)
    if found is None:
        raise FactoryError(f"no paired reception PC is called {name!r}; see `pairings list`")
    pairings.forget(found.ends[-1].agent_certificate)
    print(f"{name} is taken off; nothing it sends is believed any more")  # noqa: T201
