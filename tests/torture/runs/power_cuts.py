"""Power cuts: whatever of the unsynced reached the disk, nothing is lost, doubled or stuck.

A trial is one way in which the disk of the agent or of the reader may look after a power cut at
any point of a day: every subset of what was not synced (2^8 at most at one point), the last write
perhaps half. The product starts on it and goes on.

Source: facts/security.md §1 (decisions 1, 8 and 9), §2 (F3), §7.
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.interruptions.agent_day import agent_day
from tests.interruptions.day import Day
from tests.interruptions.images import MOST_FREE, PowerCut, power_cuts
from tests.interruptions.reader_day import reader_day
from tests.interruptions.recording import TREE, record
from tests.torture.memory_folder import memory_folder
from tests.torture.report import Failure, Report
from tests.torture.sampling import sample, told

COUNT = 20_000
"""More than there are."""


def run(count: int, seed: int, days: Sequence[Day] | None = None) -> Report:
    """Try `count` power cuts, or all if `COUNT`."""
    failures: list[Failure] = []
    trials = 0
    with memory_folder() as folder:
        cuts = _cuts(days or (agent_day(), reader_day()), folder)
        for number, (day, cut) in sample(cuts, count, COUNT, seed):
            trials += 1
            after = folder / "after"
            cut.tree().lay_out(after)
            failures += (Failure(number, what) for what in day.faults(after, cut.marks))
            shutil.rmtree(after)
    return Report(
        trials, tuple(failures), {"subsets of at most": 2**MOST_FREE, "trials": told(count, COUNT)}
    )


def _cuts(days: Sequence[Day], folder: Path) -> Iterator[tuple[Day, PowerCut]]:
    for number, day in enumerate(days):
        place = folder / str(number)
        place.mkdir()
        day.prepare(place / TREE)
        recording, status = record(day.play, place)
        assert status == 0, "nothing interrupted the day"
        for cut in power_cuts(recording):
            yield day, cut
