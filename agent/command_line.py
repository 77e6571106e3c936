"""The words of the command line: one sub-command a task, each with its own options and help."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent import tasks
from agent.pairing.steps import own_name

Parser = argparse.ArgumentParser
DEFAULT = "run"


def _nothing(_: Parser) -> None:
    """No options."""


def _counter(parser: Parser) -> None:
    parser.add_argument("--counter", help="of which reader, where there are several")


def _pair(parser: Parser) -> None:
    _counter(parser)
    parser.add_argument("--name", default=own_name(), help="what the reader calls this PC")


def _unpair(parser: Parser) -> None:
    _counter(parser)
    parser.add_argument(
        "--reader-gone", action="store_true", help="here only: the reader does not answer"
    )


def _console(parser: Parser) -> None:
    parser.add_argument("--name", default=own_name(), help="what the browser is called here")


def _clients(parser: Parser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--enroll", metavar="NAME", help="let this software take results")
    what.add_argument("--revoke", metavar="NAME", help="let this one in no more")
    parser.add_argument("--origin", help="with --enroll: of the page that asks, if one does")


def _relays(parser: Parser) -> None:
    parser.add_argument("--relay", help="only what this one parked")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--send-again", action="store_true", help="send what is parked")
    what.add_argument("--give-up", action="store_true", help="never send what is parked")


def _out(parser: Parser) -> None:
    parser.add_argument("--out", type=Path, help="the file to write")


def _verify(parser: Parser) -> None:
    parser.add_argument("--head", help="a head of the journal that was kept elsewhere")


def _restore(parser: Parser) -> None:
    parser.add_argument("--from", dest="source", type=Path, required=True, help="the backup")


@dataclass(frozen=True, slots=True)
class Task:
    """One sub-command."""

    carry_out: Callable[[argparse.Namespace], int]
    help: str
    options: Callable[[Parser], None] = _nothing


TASKS = {
    "run": Task(tasks.run, "serve the readers; what is done where no task is named"),
    "status": Task(tasks.tell_status, "how the running agent is"),
    "doctor": Task(tasks.look_over, "what is amiss on this PC, and what to do"),
    "readers": Task(tasks.tell_readers, "which readers are paired, and where they are"),
    "pair": Task(tasks.see_to_pairing, "pair with the reader on the cable", _pair),
    "renew": Task(tasks.see_to_pairing, "give both ends new keys", _counter),
    "unpair": Task(tasks.see_to_pairing, "end a pairing", _unpair),
    "console": Task(tasks.open_console, "the address of the page for staff", _console),
    "clients": Task(tasks.see_to_clients, "who may ask the local API", _clients),
    "relays": Task(tasks.see_to_parked, "what receivers refused", _relays),
    "export": Task(tasks.export, "all signed results and the journal, for an auditor", _out),
    "verify": Task(tasks.check_audit_trail, "whether results and journal are whole", _verify),
    "backup": Task(tasks.back_up, "all of the agent with its keys, as a file", _out),
    "restore": Task(tasks.bring_back, "put a backup into an empty place", _restore),
    "diagnostics": Task(
        tasks.write_help_file, "a file without patients' data, for whoever helps", _out
    ),
}


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """What the command line says: `task`, `config`, and the task's own options."""
    parser = Parser(
        prog="agent",
        description="reception agent of uketsuke",
        epilog="`policy export --origin URL`: settings of browsers whose pages call the agent",
    )
    parser.add_argument("--config", type=Path, help="TOML file")
    parser.set_defaults(task=DEFAULT)
    named = parser.add_subparsers(dest="task", metavar="TASK")
    for name, task in TASKS.items():
        of_task = named.add_parser(name, help=task.help, description=task.help)
        # Before the task or after it.
        of_task.add_argument(
            "--config", type=Path, default=argparse.SUPPRESS, help="TOML file; needed"
        )
        task.options(of_task)
    arguments = parser.parse_args(words)
    arguments.task = arguments.task or DEFAULT
    if arguments.config is None:
        parser.error("--config FILE is needed")
    return arguments
