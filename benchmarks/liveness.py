"""How whole sittings end at the face check: living people, and attacks on them, all simulated.

`python -m benchmarks.liveness --assets ZIP --folder DIR [--seeds 8001-8026]
[--species NAME …] [--rounds N]` renders people made up from seeds (about 15 s of one core each;
`DIR` keeps them for the next run) and has each of them, in a manner drawn from their seed, sit down
before the product's own face check with the delivered model: `tests/hw_sim/attacks/sitter.py` says
how fast they react, how far and how fast they turn, who turns back by themselves and who mixes up
left and right; and once more, in which they look aside at first. Then each species of attack sits
down against each person: `tests/hw_sim/attacks/sittings.py`.

A living person has the product's time, 10 s for each thing that is asked; an attack has 4 s, so
that a run ends. The camera gives 12 pictures a second. Everything is drawn by this project: the
counts order designs, and are no APCER, BPCER or any other claim about people, paper or displays.
Seeds 7001 to 7024 are those that the limits were chosen on; count on others.

MakeHuman's data (CC0) is named by `--assets` or MAKEHUMAN_DATA; nothing of it is part of this
project.
"""

import argparse
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2

from device.face.check import FaceCheckOutcome, FaceCheckPlan
from device.face.liveness.plan import LivenessPlan
from tests.hw_sim.attacks.actor import Actor
from tests.hw_sim.attacks.count import open_check, play
from tests.hw_sim.attacks.poses import circumstances_of, render_poses
from tests.hw_sim.attacks.presentation import Case
from tests.hw_sim.attacks.recordings import record
from tests.hw_sim.attacks.sittings import Person, arriving, attacks, bona_fide
from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.made_up import SEED_PREFIX

_PRODUCT = FaceCheckPlan()
_SHORT = replace(_PRODUCT, liveness=LivenessPlan(time_limit_s=4.0))
_ENDS = Iterable[tuple[str, FaceCheckOutcome, float]]


def people(assets: AssetLibrary, folder: Path, seeds: Iterable[int]) -> Iterator[Person]:
    """Everybody, rendered and recorded where the folder lacks them."""
    for seed in seeds:
        poses = folder / "poses" / f"{SEED_PREFIX}{seed}"
        recordings = folder / "recordings" / f"{SEED_PREFIX}{seed}"
        render_poses(assets, f"{SEED_PREFIX}{seed}", poses)
        actor = Actor(poses)
        record(actor, circumstances_of(seed), poses, recordings)
        yield Person(seed, str(recordings), actor)


def ends_of(
    plan: FaceCheckPlan, cases: Iterable[Case]
) -> Iterator[tuple[str, FaceCheckOutcome, float]]:
    """Plays sittings; tells species, outcome and seconds of each, and says it as it goes."""
    with open_check(plan) as check:
        for case in cases:
            result, took_s = play(check, case)
            print(
                f"{case.species}: {case.name}: {result.outcome.value}, {took_s:.1f} s", flush=True
            )
            yield case.species, result.outcome, took_s


def report(ends: _ENDS) -> None:
    """Prints how many of each species ended how."""
    outcomes: dict[str, Counter[FaceCheckOutcome]] = {}
    seconds: dict[str, list[float]] = {}
    for species, outcome, took_s in ends:
        outcomes.setdefault(species, Counter())[outcome] += 1
        seconds.setdefault(species, []).append(took_s)
    for species, counted in outcomes.items():
        told = ", ".join(f"{count} {outcome.value}" for outcome, count in counted.most_common())
        accepted = counted[FaceCheckOutcome.MATCH]
        print(
            f"{species:<26} accepted {accepted:3} of {counted.total():3} ({told}); "
            f"median {statistics.median(seconds[species]):.1f} s, "
            f"longest {max(seconds[species]):.1f} s"
        )


def _seeds(text: str) -> range:
    first, last = text.split("-")
    return range(int(first), int(last) + 1)


def main() -> None:
    """Prints the method, each sitting and the counts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.liveness")
    parser.add_argument("--assets", type=Path, help="MakeHuman data, folder or zip")
    parser.add_argument("--folder", type=Path, required=True, help="where rendered people are kept")
    parser.add_argument("--seeds", type=_seeds, default=_seeds("8001-8026"), help="FIRST-LAST")
    parser.add_argument("--species", nargs="*", help="only these")
    parser.add_argument(
        "--rounds", type=int, default=2, help="sittings of a species with each person"
    )
    options = parser.parse_args()
    print(__doc__)
    cv2.setNumThreads(1)
    assets = AssetLibrary(options.assets) if options.assets else AssetLibrary.from_environment()
    everybody = list(people(assets, options.folder, options.seeds))
    wanted = [
        (plan, [case for case in cases if not options.species or case.species in options.species])
        for plan, cases in (
            (_PRODUCT, bona_fide(everybody, options.rounds)),
            (_PRODUCT, arriving(everybody, options.rounds)),
            (_SHORT, attacks(everybody, options.rounds)),
        )
    ]
    report([end for plan, cases in wanted for end in ends_of(plan, cases)])


if __name__ == "__main__":
    main()
