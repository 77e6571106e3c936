"""Full and broken disks: no acknowledgement without durability, and after a restart all goes on.

A trial lets one call of a day of the agent or of the reader fail, with EIO or ENOSPC, once or from
then on. What was not synced is lost then, or it is not: both are looked at after a start with room.

Source: facts/security.md §2 (F5), §5.1 (after a failed fsync a record counts as not stored), §8.5.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.interruptions.agent_day import agent_day
from tests.interruptions.day import Day
from tests.interruptions.kills import Refusal, faults_of_refusal, points_of, refusals_at
from tests.interruptions.reader_day import reader_day
from tests.torture.memory_folder import memory_folder
from tests.torture.report import Failure, Report
from tests.torture.sampling import sample, told

COUNT = 1_000
"""More than there are."""


def run(count: int, seed: int, days: Sequence[Day] | None = None) -> Report:
    """Let `count` calls fail, or all in every way if `COUNT`."""
    failures: list[Failure] = []
    trials = 0
    with memory_folder() as folder:
        refusals = _refusals(days or (agent_day(), reader_day()), folder)
        for number, (day, refusal) in sample(refusals, count, COUNT, seed):
            trials += 1
            faults = faults_of_refusal(day, refusal, folder)
            failures += (Failure(number, f"{refusal.injected()}: {what}") for what in faults)
    return Report(trials, tuple(failures), {"trials": told(count, COUNT)})


def _refusals(days: Sequence[Day], folder: Path) -> Iterator[tuple[Day, Refusal]]:
    for day in days:
        for point in points_of(day, folder):
            for refusal in refusals_at(point):
                yield day, refusal
