"""Both ends of the link and the bytes between them, whatever happens in whatever order.

Hypothesis draws what happens: ports opened and lost, processes restarted, goodbyes, frames damaged,
dropped and repeated, any number of bytes delivered, time passing, messages said. What
`tests/hostlink/both_ends_machine.py` demands must hold after each of 20 steps, and in the end both
must hear each other within 4 s. 50 such lives a seed.

Source: facts/security.md §6.3 (at least 1,000,000 steps of both ends).
"""

import math
from collections import Counter

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as drawn_from
from hypothesis.stateful import run_state_machine_as_test

from tests.hostlink.both_ends_machine import BothEnds
from tests.torture.report import Failure, Report

COUNT = 1_000_000
_LIVES, _STEPS = 50, 20
_a_seed = settings(
    database=None,
    deadline=None,
    max_examples=_LIVES,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
    stateful_step_count=_STEPS,
    suppress_health_check=list(HealthCheck),
)


def run(count: int, seed: int) -> Report:
    """Play `count` steps."""
    counted: Counter[str] = Counter()
    failures: list[Failure] = []
    for at in range(seed, seed + math.ceil(count / (_LIVES * _STEPS))):
        try:
            run_state_machine_as_test(_counting(counted, at), settings=_a_seed)
        except Exception as error:  # noqa: BLE001  # whatever is raised is what is looked for
            failures.append(Failure(at, repr(error)))
    return Report(counted["lives"] * _STEPS, tuple(failures), dict(sorted(counted.items())))


def _counting(counted: Counter[str], at: int) -> type[BothEnds]:
    class Counting(BothEnds):
        def teardown(self) -> None:
            super().teardown()
            counted["lives"] += 1
            for name, times in self.ended().items():
                counted[f"sessions ended: {name}"] += times

    drawn_from(at)(Counting)
    return Counting
