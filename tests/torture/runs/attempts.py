"""Power cuts of what counts guesses: none is free, none is made again, no reader is of no use.

A trial is one reader whose power is cut twelve times, also while it recovers from the cut before:
six times while it guards a card's PIN, six times while it counts guesses of its own. Its logs are
so short that they are rewritten again and again.

Source: facts/security.md §8.1.
"""

from collections.abc import Iterator, Mapping
from random import Random
from unittest.mock import patch

from device.pinpad import attempts
from device.pinpad.own_pins import guess_count
from tests.device.pinpad.guard_design import Guard
from tests.device.pinpad.own_pins.designs import Staff
from tests.device.pinpad.power_cuts import MakeDesign, Verdict, judge_random_cuts
from tests.torture.report import Failure, Report

COUNT = 10_000
DESIGNS: Mapping[str, MakeDesign] = {"card's PIN": Guard, "own PIN": Staff}
_CUTS_OF_A_DESIGN = 6
_LOG_BYTES = (40, 120, 240)


def run(count: int, seed: int) -> Report:
    """Cut the power of `count` readers."""
    failures: list[Failure] = []
    for at in range(seed, seed + count):
        failures += (Failure(at, what) for what in _faults(Random(at)))
    cuts = count * len(DESIGNS) * _CUTS_OF_A_DESIGN
    return Report(trials=count, failures=tuple(failures), counted={"power cuts": cuts})


def _faults(rng: Random) -> Iterator[str]:
    max_bytes = rng.choice(_LOG_BYTES)
    with (
        patch.object(attempts, "MAX_LOG_BYTES", max_bytes),
        patch.object(guess_count, "MAX_LOG_BYTES", max_bytes),
    ):
        for name, design in DESIGNS.items():
            verdict = judge_random_cuts(design, _CUTS_OF_A_DESIGN, rng)
            if not verdict.is_clean:
                yield f"{name}: {_in_words(verdict)}"


def _in_words(verdict: Verdict) -> str:
    return ", ".join(f"{name} {number}" for name, number in vars(verdict).items() if number)
