"""Runs the agent: `python -m agent --config FILE`; pairs it: `python -m agent pair --config FILE`.

Exit status: 0 after SIGTERM or Ctrl-C or when a task is done, 1 when `status` finds no reader
connected or `doctor` something to do, 2 when the configuration must be changed or a task was not
done, 3 when the store cannot be written or the journal not be opened, 4 when the link's thread
died. After 3 and 4 a supervisor should start it again.
"""

import argparse
import platform
import signal
import sys
from functools import partial
from pathlib import Path

from agent import enrolment, log, parked
from agent.assembly import assemble, status_path
from agent.clock import SystemClock, unix_ms
from agent.config import Config, read_config
from agent.core_dumps import leave_no_core
from agent.crash_notes import write_notes_only
from agent.diagnostics import write_diagnostics
from agent.doctor.examination import examine
from agent.doctor.report import tell
from agent.errors import (
    ConfigError,
    JournalUnavailableError,
    LinkDiedError,
    PairingError,
    StoreUnavailableError,
)
from agent.export import write_audit_trail
from agent.pairing import commands
from agent.policy import command as policy
from agent.service import StopWanted
from agent.status import describe, read_status

TASKS = (
    *("run", "status", "doctor", "console", "clients", "relays", "export", "diagnostics"),
    *("pair", "renew", "unpair"),
)
EXIT_NOT_WELL = 1
EXIT_CONFIG = 2
EXIT_STORAGE = 3
EXIT_LINK = 4


def main() -> int:
    """Do what the command line says; see the module's text for the exit status."""
    leave_no_core()
    write_notes_only()
    if sys.argv[1:2] == [policy.NAME]:  # asks for no agent's configuration
        task, carry_out = policy.NAME, partial(policy.run, sys.argv[2:], print)
    else:
        arguments = _command_line().parse_args()
        task, carry_out = arguments.task, partial(_carry_out, arguments)
    try:
        return carry_out()
    except (ConfigError, PairingError) as error:
        sentence, status = str(error), EXIT_CONFIG
    except (StoreUnavailableError, JournalUnavailableError) as error:
        sentence = f"stopped, nothing more can be kept safely: {error}"
        status = EXIT_STORAGE
    except LinkDiedError:
        sentence, status = "stopped, the link to the reader ended by a fault", EXIT_LINK
    if task == "run":
        log.fail(sentence)  # beside whatever else its supervisor keeps of it
    else:
        print(f"agent: {sentence}", file=sys.stderr)
    return status


def _carry_out(arguments: argparse.Namespace) -> int:
    if arguments.task == "doctor":
        findings = examine(arguments.config, status_path, SystemClock())
        is_well = tell(findings, partial(print, flush=True), sys.stdout.encoding)
        return 0 if is_well else EXIT_NOT_WELL
    config, folder = read_config(arguments.config), arguments.config.absolute().parent
    match arguments.task:
        case "pair" | "renew" | "unpair":
            _see_to_pairing(config, folder, arguments)
        case "status":
            return _tell_status(config)
        case "relays":
            _see_to_parked(config, arguments)
        case "clients" | "console":
            _see_to_clients(config, arguments)
        case "diagnostics" | "export":
            return _write(config, arguments.task, arguments.out)
        case _:
            _run(config, folder)
    return 0


def _command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="agent",
        description="reception agent of uketsuke",
        epilog="`policy export --origin URL`: settings of browsers whose pages call the agent",
    )
    parser.add_argument(
        "task",
        nargs="?",
        choices=TASKS,
        default="run",
        help="run (default); status of the running agent; doctor, what is amiss and what to do;"
        " console, the address of its page for staff; clients of its local API; relays, what their"
        " receivers refused;"
        " export, all signed results for an auditor; diagnostics, a file without patients'"
        " data for whoever helps; pair with the reader on the cable; renew both ends' keys; unpair",
    )
    parser.add_argument("--config", type=Path, required=True, help="TOML file")
    parser.add_argument(
        "--name",
        default=platform.node()[:20],
        help="pair: what the reader calls this PC; console: what the browser is called here",
    )
    parser.add_argument(
        "--counter", help="pair, renew, unpair: of which reader, where there are several"
    )
    parser.add_argument(
        "--out",
        type=Path,
        help="diagnostics, export: the file to write",
    )
    parser.add_argument(
        "--reader-gone", action="store_true", help="unpair: here only, the reader does not answer"
    )
    parser.add_argument("--enroll", metavar="NAME", help="clients: let this software take results")
    parser.add_argument("--origin", help="clients --enroll: of the page that asks, if one does")
    parser.add_argument("--revoke", metavar="NAME", help="clients: let this one in no more")
    parser.add_argument("--relay", help="relays: only what this one parked")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--send-again", action="store_true", help="relays: send what is parked")
    what.add_argument("--give-up", action="store_true", help="relays: never send what is parked")
    return parser


def _see_to_pairing(config: Config, folder: Path, arguments: argparse.Namespace) -> None:
    place = commands.Place.find(config, folder, arguments.counter)
    match arguments.task:
        case "pair":
            commands.pair(place, arguments.name, _OPERATOR)
        case "renew":
            commands.renew(place, _OPERATOR)
        case _:
            commands.unpair(place, _OPERATOR, is_reader_gone=arguments.reader_gone)


def _see_to_parked(config: Config, arguments: argparse.Namespace) -> None:
    if arguments.send_again:
        parked.send_again(config, arguments.relay, print)
    elif arguments.give_up:
        parked.give_up(config, arguments.relay, print)
    else:
        parked.show(config, arguments.relay, print)


def _see_to_clients(config: Config, arguments: argparse.Namespace) -> None:
    if arguments.task == "console":
        enrolment.console(config, arguments.name, print)
    elif arguments.enroll:
        enrolment.enroll(config, arguments.enroll, arguments.origin, print)
    elif arguments.revoke:
        enrolment.revoke(config, arguments.revoke, print)
    else:
        enrolment.show(config, print)


def _run(config: Config, folder: Path) -> None:
    with assemble(config, folder) as agent:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: agent.service.post(StopWanted(None)))
        agent.run()


def _tell_status(config: Config) -> int:
    is_well, sentences = describe(read_status(status_path(config)), unix_ms(SystemClock().now()))
    print("\n".join(sentences))
    return 0 if is_well else EXIT_NOT_WELL


def _write(config: Config, task: str, wanted: Path | None) -> int:
    target = wanted or Path(f"uketsuke-{task}-{SystemClock().now():%Y%m%d-%H%M%S}.zip")
    try:
        if task == "export":
            count = write_audit_trail(config, target)
            said = f"{count} results are in it, without anybody's name."
        else:
            write_diagnostics(config, status_path(config), target)
            said = "No patient's data is in it; look before you send it."
    except OSError as error:
        print(f"agent: {target}: {error.strerror}", file=sys.stderr)
        return EXIT_CONFIG
    print(f"{target} is written. {said}")
    return 0


def _ask(question: str) -> bool:
    """Only a written "yes" is one: a key that is hit by accident compares nothing."""
    try:
        return input(f"{question} [yes/no] ").strip().lower() == "yes"
    except EOFError:
        return False


_OPERATOR = commands.Operator(tell=print, ask=_ask)


if __name__ == "__main__":
    sys.exit(main())
