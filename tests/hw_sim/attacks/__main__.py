"""Prints, species by species, how presentations end at the real face check.

`python -m tests.hw_sim.attacks [--species PART] [--people FOLDER]`; all of them take some minutes.
`FOLDER` has a folder for each of other people than the cast's; `turns.py` says how it comes about.
"""

import argparse
from pathlib import Path

from device.face.check import FaceCheckOutcome
from tests.hw_sim.attacks.clips import NAMES
from tests.hw_sim.attacks.count import Tally, everything, open_check, tallies, without_challenges
from tests.hw_sim.attacks.living import SPECIES as BONA_FIDE

HEADING = """\
Simulated: rendered people, drawn prints and screens; no real person, paper or display.
Counts of these pictures only: no APCER, BPCER or any other claim about attacks elsewhere."""
SHOWN = (
    FaceCheckOutcome.MATCH,
    FaceCheckOutcome.NOT_LIVE,
    FaceCheckOutcome.CHALLENGE_NOT_DONE,
    FaceCheckOutcome.NO_MATCH,
    FaceCheckOutcome.NO_GOOD_PICTURE,
)


def main() -> None:
    """Plays every presentation twice: with the challenges, and without."""
    parser = argparse.ArgumentParser(prog="python -m tests.hw_sim.attacks")
    parser.add_argument("--species", default="", help="part of a species' name")
    parser.add_argument("--people", type=Path, help="other people than the cast's")
    arguments = parser.parse_args()
    people = _folders(arguments.people) if arguments.people else NAMES
    cases = [case for case in everything(people) if arguments.species in case.species]
    print(HEADING)
    with open_check() as check:
        _print("movements asked for", tallies(check, cases))
    with open_check(without_challenges()) as check:
        _print("challenges switched off", tallies(check, cases))


def _folders(people: Path) -> list[str]:
    return [str(folder) for folder in sorted(people.absolute().iterdir()) if folder.is_dir()]


def _print(title: str, counted: list[Tally]) -> None:
    print(f"\n{title}")
    for tally in counted:
        refused = tally.played - tally.accepted
        is_honest = tally.species == BONA_FIDE
        number, verb = (refused, "refused") if is_honest else (tally.accepted, "accepted")
        ends = ", ".join(
            f"{tally.outcomes[outcome]} {outcome.value}"
            for outcome in SHOWN
            if tally.outcomes[outcome]
        )
        longest_s = max(tally.seconds)
        print(
            f"  {tally.species:<26} {number:2} of {tally.played:2} {verb:<8}"
            f" ({ends}; longest {longest_s:.1f} s)",
            flush=True,
        )


if __name__ == "__main__":
    main()
