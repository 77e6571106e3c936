"""Command line: renders people of the cast, look-alikes, or somebody made up from a seed."""

import argparse
from pathlib import Path

from tests.hw_sim.rendering.album import KINDS, SCENARIO_KINDS, write_album
from tests.hw_sim.rendering.assets import ENVIRONMENT_VARIABLE, AssetLibrary
from tests.hw_sim.rendering.cast import CAST, SCENARIO_CAST, patient_called


def main() -> None:
    """Renders the wanted people, one folder each."""
    parser = argparse.ArgumentParser(prog="python -m tests.hw_sim.rendering")
    parser.add_argument(
        "--assets",
        type=Path,
        help=f"MakeHuman data, folder or zip (default: {ENVIRONMENT_VARIABLE})",
    )
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--kinds", nargs="*", choices=KINDS, help="default: whatever is missing")
    parser.add_argument(
        "--person",
        nargs="*",
        default=list(CAST),
        help="names of the cast, of look-alikes, or seed-NUMBER; default: the cast",
    )
    arguments = parser.parse_args()
    assets = AssetLibrary(arguments.assets) if arguments.assets else AssetLibrary.from_environment()
    for name in arguments.person:
        folder = arguments.output / name
        kinds = arguments.kinds or _missing(folder, has_scenes=name in SCENARIO_CAST)
        print(f"rendering {name}: {', '.join(kinds) or 'nothing'}", flush=True)
        write_album(assets, patient_called(name), folder, kinds)


def _missing(folder: Path, *, has_scenes: bool) -> list[str]:
    """Kinds of pictures that a folder lacks, those of scenarios only for who acts in them."""
    wanted = [kind for kind in KINDS if has_scenes or kind not in SCENARIO_KINDS]
    return [kind for kind in wanted if not list(folder.glob(f"{kind}*"))]


if __name__ == "__main__":
    main()
