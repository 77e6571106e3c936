"""The words of the command line: one sub-command a task, each with its own options and help."""

import argparse
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.own_command import usual_configuration
from agent.pairing.this_pc import own_name

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


def _policy(parser: Parser) -> None:
    export = parser.add_subparsers(required=True, metavar="export").add_parser(
        "export", help="write the policies of Edge and Chrome, with a text that says how"
    )
    export.add_argument(
        "--origin", action="append", required=True, help="https://host[:port]; may be repeated"
    )
    export.add_argument(
        "--out", type=Path, default=Path("uketsuke-browser-policy"), help="a new folder"
    )
    for each in (parser, export):
        # Whoever has the habit of writing it everywhere may do so here.
        each.add_argument("--config", type=Path, default=argparse.SUPPRESS, help="not looked at")


@dataclass(frozen=True, slots=True)
class Task:
    """One sub-command."""

    place: str
    """File in `agent/tasks` and function: loaded only when it is wanted, for that takes long."""
    help: str
    options: Callable[[Parser], None] = _nothing
    needs_configuration: bool = True

    def carry_out(self, arguments: argparse.Namespace) -> int:
        """Do it; the exit status."""
        file, _, function = self.place.partition(".")
        do: Callable[[argparse.Namespace], int]
        do = getattr(importlib.import_module(f"agent.tasks.{file}"), function)
        return do(arguments)


TASKS = {
    "run": Task("serving.run", "serve the readers; what is done where no task is named"),
    "status": Task("health.tell_status", "how the running agent is"),
    "doctor": Task("health.look_over", "what is amiss on this PC, and what to do"),
    "readers": Task("readers.tell_readers", "which readers are paired, and where they are"),
    "pair": Task("readers.see_to_pairing", "pair with the reader on the cable", _pair),
    "renew": Task("readers.see_to_pairing", "give both ends new keys", _counter),
    "unpair": Task("readers.see_to_pairing", "end a pairing", _unpair),
    "console": Task("clients.open_console", "the address of the page for staff", _console),
    "clients": Task("clients.see_to_clients", "who may ask the local API", _clients),
    "relays": Task("relays.see_to_parked", "what receivers refused", _relays),
    "export": Task("audit_trail.export", "signed results and journal, for an auditor", _out),
    "verify": Task("audit_trail.check", "whether results and journal are whole", _verify),
    "backup": Task("backups.back_up", "all of the agent with its keys, as a file", _out),
    "restore": Task("backups.bring_back", "put a backup into an empty place", _restore),
    "diagnostics": Task(
        "health.write_help_file", "a file without patients' data, for whoever helps", _out
    ),
    "policy": Task(
        "browsers.export_policy",
        "settings of browsers whose pages call the agent",
        _policy,
        needs_configuration=False,
    ),
}


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """What the command line says: `task`, `config`, and the task's own options."""
    parser = Parser(prog="agent", description="reception agent of uketsuke")
    usual = usual_configuration()
    about = f"TOML file; left out: {usual}" if usual else "TOML file; needed"
    parser.add_argument("--config", type=Path, default=usual, help=about)
    parser.set_defaults(task=DEFAULT)
    named = parser.add_subparsers(dest="task", metavar="TASK")
    for name, task in TASKS.items():
        of_task = named.add_parser(name, help=task.help, description=task.help)
        if task.needs_configuration:
            # Before the task or after it.
            of_task.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=about)
        task.options(of_task)
    arguments = parser.parse_args(words)
    arguments.task = arguments.task or DEFAULT
    if arguments.config is None and TASKS[arguments.task].needs_configuration:
        parser.error("--config FILE is needed")
    return arguments
