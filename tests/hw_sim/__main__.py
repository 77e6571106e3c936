"""`python -m tests.hw_sim card …`: lay somebody's card and run any PC/SC program beside it.

A real pcscd with the virtual reader runs in a private namespace, the persona's card lies on it, and
the command sees it as any other card. The exit status is the command's own.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.persona import Persona, PersonaError, read_persona
from tests.hw_sim.card.switches import fault_lines, persona_lines, switch_lines
from tests.hw_sim.card.vicc import VirtualSlot
from tests.hw_sim.namespace import is_isolated, run_isolated
from tests.hw_sim.pcscd import Pcscd
from tests.hw_sim.plain_client import wait_for_card

_USAGE = 64
_COMMAND_MISSING = 127


def main(arguments: Sequence[str]) -> int:
    """Carry out the command line and return the exit status."""
    options = _parser().parse_args(arguments)
    if options.is_list:
        print("\n".join(_list_lines()))
        return os.EX_OK
    try:
        persona = read_persona(options.persona, options.variants, options.faults)
    except PersonaError as error:
        print(error, file=sys.stderr)
        return _USAGE
    if not options.command:
        print("name the command to run, after `--`", file=sys.stderr)
        return _USAGE
    if not is_isolated():
        run_isolated([sys.executable, "-m", "tests.hw_sim", *arguments])
    return _run_beside(persona, options.pace, options.command)


def _run_beside(persona: Persona, pace: float, command: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as keys, Pcscd(), VirtualSlot() as slot:
        card = persona.issue(Issuer(Path(keys)))
        card.physics.pace = pace
        slot.lay(card)
        wait_for_card()
        try:
            return subprocess.run(command, check=False).returncode
        except FileNotFoundError:
            print(f"no such command: {command[0]}", file=sys.stderr)
            return _COMMAND_MISSING


def _list_lines() -> list[str]:
    switches = ["switches, for --variant:", *switch_lines()]
    return [
        "personas:",
        *persona_lines(),
        "",
        *switches,
        "",
        "faults, for --fault:",
        *fault_lines(),
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.hw_sim")
    card = parser.add_subparsers(required=True, metavar="card").add_parser(
        "card", help="lay a simulated card and run a PC/SC program beside it"
    )
    card.add_argument("--persona", default="my_number", metavar="NAME", help="whose card")
    card.add_argument(
        "--variant",
        action="append",
        default=[],
        dest="variants",
        metavar="SWITCH=VALUE",
        help="what differs from the persona's card; may be given several times",
    )
    card.add_argument(
        "--fault",
        action="append",
        default=[],
        dest="faults",
        metavar="N=WHAT",
        help="what happens at the Nth command, 1 = the first; may be given several times",
    )
    card.add_argument(
        "--pace",
        type=float,
        default=0.0,
        metavar="FACTOR",
        help="seconds slept for each second of the virtual clock; 1 = as slow as a real card",
    )
    card.add_argument(
        "--list", action="store_true", dest="is_list", help="show personas, switches and faults"
    )
    card.add_argument("command", nargs="*", metavar="COMMAND", help="after `--`")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
