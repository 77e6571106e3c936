"""What `python -m agent` does, task by task; each returns the exit status."""

import argparse
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from agent import enrolment, parked
from agent.assembly import assemble, status_path
from agent.audit import verify
from agent.backup import write_backup
from agent.clock import SystemClock, unix_ms
from agent.config import Config, read_config
from agent.diagnostics import write_diagnostics
from agent.doctor.examination import examine
from agent.doctor.report import tell
from agent.errors import ConfigError
from agent.export import write_audit_trail
from agent.pairing import commands
from agent.pairing.place import Place
from agent.restore import restore
from agent.service import StopWanted
from agent.status import describe, read_status

EXIT_NOT_WELL = 1
Arguments = argparse.Namespace


def run(arguments: Arguments) -> int:
    """Serve the readers until somebody says stop."""
    config, folder = _read(arguments)
    with assemble(config, folder) as agent:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: agent.service.post(StopWanted(None)))
        agent.run()
    return 0


def tell_status(arguments: Arguments) -> int:
    """How the running agent is."""
    config, _ = _read(arguments)
    is_well, sentences = describe(read_status(status_path(config)), unix_ms(SystemClock().now()))
    print("\n".join(sentences))
    return 0 if is_well else EXIT_NOT_WELL


def look_over(arguments: Arguments) -> int:
    """What is amiss on this PC, and what to do."""
    findings = examine(arguments.config, status_path, SystemClock())
    is_well = tell(findings, partial(print, flush=True), sys.stdout.encoding)
    return 0 if is_well else EXIT_NOT_WELL


def see_to_pairing(arguments: Arguments) -> int:
    """Pair, renew or unpair."""
    config, folder = _read(arguments)
    place = Place.find(config, folder, arguments.counter)
    match arguments.task:
        case "pair":
            commands.pair(place, arguments.name, _OPERATOR)
        case "renew":
            commands.renew(place, _OPERATOR)
        case _:
            commands.unpair(place, _OPERATOR, is_reader_gone=arguments.reader_gone)
    return 0


def tell_readers(arguments: Arguments) -> int:
    """Which readers there are, and where."""
    config, _ = _read(arguments)
    commands.show(config, print)
    return 0


def see_to_parked(arguments: Arguments) -> int:
    """Show what receivers refused; send it again or give it up."""
    config, _ = _read(arguments)
    if arguments.send_again:
        parked.send_again(config, arguments.relay, print)
    elif arguments.give_up:
        parked.give_up(config, arguments.relay, print)
    else:
        parked.show(config, arguments.relay, print)
    return 0


def open_console(arguments: Arguments) -> int:
    """Tell the address of the staff's page, with a token for it."""
    config, _ = _read(arguments)
    enrolment.console(config, arguments.name, print)
    return 0


def see_to_clients(arguments: Arguments) -> int:
    """Show who may ask the local API; let one in or out."""
    config, _ = _read(arguments)
    if arguments.enroll:
        enrolment.enroll(config, arguments.enroll, arguments.origin, print)
    elif arguments.revoke:
        enrolment.revoke(config, arguments.revoke, print)
    else:
        enrolment.show(config, print)
    return 0


def export(arguments: Arguments) -> int:
    """Write all signed results and the journal for an auditor."""
    config, _ = _read(arguments)
    count = _written(arguments, partial(write_audit_trail, config))
    print(f"{count} results are in it, without anybody's name.")
    return 0


def write_help_file(arguments: Arguments) -> int:
    """Write a file without patients' data for whoever helps."""
    config, _ = _read(arguments)
    _written(arguments, partial(write_diagnostics, config, status_path(config)))
    print("No patient's data is in it; look before you send it.")
    return 0


def back_up(arguments: Arguments) -> int:
    """Write all of the agent, with its keys."""
    config, _ = _read(arguments)
    _written(arguments, partial(write_backup, config, arguments.config))
    print("It was read through. It holds keys and patients' data.")
    return 0


def bring_back(arguments: Arguments) -> int:
    """Put a backup into an empty place."""
    restore(arguments.config, arguments.source, print)
    return 0


def check_audit_trail(arguments: Arguments) -> int:
    """Whether results and journal are whole."""
    config, _ = _read(arguments)
    return 0 if verify(config, arguments.head, print) else EXIT_NOT_WELL


def _read(arguments: Arguments) -> tuple[Config, Path]:
    """The configuration, and the folder it lies in."""
    return read_config(arguments.config), arguments.config.absolute().parent


def _written(arguments: Arguments, write: Callable[[Path], int | None]) -> int | None:
    name = f"uketsuke-{arguments.task}-{SystemClock().now():%Y%m%d-%H%M%S}.zip"
    target: Path = arguments.out or Path(name)
    try:
        written = write(target)
    except OSError as error:
        raise ConfigError(f"{target}: {error.strerror}") from error
    print(f"{target} is written.")
    return written


def _ask(question: str) -> bool:
    """Only a written "yes" is one: a key that is hit by accident compares nothing."""
    try:
        return input(f"{question} [yes/no] ").strip().lower() == "yes"
    except EOFError:
        return False


_OPERATOR = commands.Operator(tell=print, ask=_ask)
