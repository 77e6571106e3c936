"""Command line: renders a person of the cast, the whole cast, or somebody made up from a seed."""

import argparse
from pathlib import Path

from tests.hw_sim.rendering.album import write_album
from tests.hw_sim.rendering.assets import ENVIRONMENT_VARIABLE, AssetLibrary
from tests.hw_sim.rendering.cast import CAST, Patient, made_up


def main() -> None:
    """Renders the wanted people, one folder each."""
    parser = argparse.ArgumentParser(prog="python -m tests.hw_sim.rendering")
    parser.add_argument(
        "--assets",
        type=Path,
        help=f"MakeHuman data, folder or zip (default: {ENVIRONMENT_VARIABLE})",
    )
    parser.add_argument("--output", type=Path, required=True)
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--seed", type=int, help="somebody made up from this number")
    who.add_argument("--person", choices=sorted(CAST))
    who.add_argument("--cast", action="store_true", help="everybody whose pictures are committed")
    arguments = parser.parse_args()
    assets = AssetLibrary(arguments.assets) if arguments.assets else AssetLibrary.from_environment()
    for patient in _wanted(arguments):
        print(f"rendering {patient.now.name}")
        write_album(assets, patient, arguments.output / patient.now.name)


def _wanted(arguments: argparse.Namespace) -> list[Patient]:
    if arguments.cast:
        return list(CAST.values())
    if arguments.person:
        return [CAST[arguments.person]]
    return [made_up(arguments.seed)]


if __name__ == "__main__":
    main()
