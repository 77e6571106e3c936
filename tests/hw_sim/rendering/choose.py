"""Command line: picks, among people made up from seeds, those who look least like each other.

The judge is the delivered embedder in the space in which the delivered rule decides. Nothing about
the accuracy of face matching follows from it.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.camera_patient import PEOPLE
from tests.hw_sim.faces import FaceReader
from tests.hw_sim.rendering.album import write_album
from tests.hw_sim.rendering.assets import ENVIRONMENT_VARIABLE, AssetLibrary
from tests.hw_sim.rendering.cast import SCENARIO_CAST
from tests.hw_sim.rendering.made_up import SEED_PREFIX, made_up


def pick(likeness: NDArray[np.float64], fixed: int, wanted: int) -> list[int]:
    """Rows that are unlike each other, the first `fixed` ones always among them.

    Whoever is least like the picked one they are most like comes next.

    Args:
        likeness: float64[n, n], symmetric, larger for people more alike.
        fixed: rows picked in advance, at least one.
        wanted: rows to pick in all.
    """
    picked = list(range(fixed))
    while len(picked) < min(wanted, len(likeness)):
        closest = likeness[:, picked].max(axis=1)
        closest[picked] = np.inf
        picked.append(int(closest.argmin()))
    return picked


def main() -> None:
    """Renders portraits of candidates where they are missing, then names the best set."""
    arguments = _arguments()
    assets = AssetLibrary(arguments.assets) if arguments.assets else AssetLibrary.from_environment()
    first, last = arguments.seeds
    seeds = [seed for seed in range(first, last + 1) if seed not in arguments.without]
    paths = [PEOPLE / name / "portrait.jp2" for name in SCENARIO_CAST]
    paths += [_portrait(assets, seed, arguments.output) for seed in seeds]
    reader = FaceReader()
    values = np.array([reader.embedding(path).values for path in paths])
    likeness = reader.likeness(values)
    picked = pick(likeness, len(SCENARIO_CAST), arguments.wanted)
    _tell([*SCENARIO_CAST, *map(str, seeds)], values, likeness, picked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hw_sim.rendering.choose")
    parser.add_argument(
        "--assets",
        type=Path,
        help=f"MakeHuman data, folder or zip (default: {ENVIRONMENT_VARIABLE})",
    )
    parser.add_argument("--output", type=Path, required=True, help="where portraits are kept")
    parser.add_argument("--seeds", type=int, nargs=2, default=(2000, 2099), help="first and last")
    parser.add_argument("--wanted", type=int, default=18, help="people in all")
    parser.add_argument(
        "--without", type=int, nargs="*", default=[], help="seeds that do not look like people"
    )
    return parser.parse_args()


def _portrait(assets: AssetLibrary, seed: int, output: Path) -> Path:
    folder = output / f"{SEED_PREFIX}{seed}"
    if not (folder / "portrait.jp2").exists():
        write_album(assets, made_up(seed), folder, ["portrait"])
    return folder / "portrait.jp2"


def _tell(
    names: Sequence[str],
    values: NDArray[np.float32],
    likeness: NDArray[np.float64],
    picked: list[int],
) -> None:
    distance = np.linalg.norm(values[:, None] - values[None], axis=2)
    for number, row in enumerate(picked[1:], 1):
        earlier = picked[:number]
        print(
            f"{names[row]}: nearest distance {distance[row, earlier].min():.3f}, "
            f"greatest likeness {likeness[row, earlier].max():+.3f}"
        )


if __name__ == "__main__":
    main()
