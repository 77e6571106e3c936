"""Makes a reader's key in its store and the request for its certificate, or seals a key file.

All settings come from the reader's own configuration file; only its table `[identity]`, or with
`--link` its table `[link]`, is looked at.
"""

import argparse
from pathlib import Path

from device.factory.errors import FactoryError
from device.factory.identity.request import link_name, reader_name, request_certificate
from device.factory.identity.store import ConfiguredStore

NAME = "identity"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="task")
    making = tasks.add_parser("make-key", help="make a new key in its store; replaces none")
    requesting = tasks.add_parser("request", help="write the request for the key's certificate")
    sealing = tasks.add_parser("seal", help="seal an open key file to its board, in place")
    for task in (making, requesting, sealing):
        task.add_argument("--config", type=Path, required=True, help="the reader's configuration")
        task.add_argument(
            "--link", action="store_true", help="the cable's key, not that of results"
        )
    requesting.add_argument("--ueid", required=True, help="UEID of the reader, hex")
    requesting.add_argument("--out", type=Path, required=True, help="where to write it (PEM)")


def run(arguments: argparse.Namespace) -> None:
    """Does one task and says what it did."""
    store = ConfiguredStore(arguments.config, is_for_link=arguments.link)
    match arguments.task:
        case "make-key":
            store.make_key()
            answer = "the key is made; ask for its certificate with `request`"
        case "seal":
            store.seal()
            answer = "the key is sealed: the file opens on this board only"
        case _:
            name = link_name if arguments.link else reader_name
            pem = request_certificate(store.open_uncertified(), name(arguments.ueid))
            _write(arguments.out, pem)
            answer = f"the request is in {arguments.out}"
    print(answer)  # noqa: T201 - a command's answer


def _write(path: Path, pem: bytes) -> None:
    try:
        path.write_bytes(pem)
    except OSError as error:
        raise FactoryError(f"{path}: {error.strerror}") from error
