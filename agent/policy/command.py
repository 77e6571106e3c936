"""`python -m agent policy export --origin https://emr.example`: writes the files into a folder."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from agent.errors import ConfigError
from agent.policy.files import policy_files
from agent.policy.origin import read_origin

NAME = "policy"


def run(words: Sequence[str], say: Callable[[str], None]) -> int:
    """Do what the words after `policy` say, and return the exit status 0.

    Raises:
        ConfigError: An origin or the folder cannot be used.
    """
    arguments = _command_line().parse_args(words)
    origins = list(dict.fromkeys(map(read_origin, arguments.origin)))
    try:
        _write(arguments.out, origins)
    except FileExistsError as error:
        raise ConfigError(
            f"{arguments.out} is there already: name a new folder with --out, or take it away."
        ) from error
    except OSError as error:
        raise ConfigError(f"{arguments.out}: {error.strerror}.") from error
    say(f"{arguments.out / 'README.txt'} says how to install it, in Japanese and English.")
    return 0


def _write(folder: Path, origins: Sequence[str]) -> None:
    folder.mkdir(parents=True)
    for name, content in policy_files(origins).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="agent policy", description="lets pages of the clinic's software call the agent"
    )
    export = parser.add_subparsers(required=True, metavar="export").add_parser(
        "export", help="write the policies of Edge and Chrome, with a text that says how"
    )
    export.add_argument(
        "--origin", action="append", required=True, help="https://host[:port]; may be repeated"
    )
    export.add_argument(
        "--out", type=Path, default=Path("uketsuke-browser-policy"), help="a new folder"
    )
    return parser
