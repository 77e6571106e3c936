"""Kills: at every system call that changes the disk, nothing is lost, doubled or stuck.

A trial kills a day of the agent or of the reader at one call, and starts it again. Each trial does
so twice: once it looks at once; once it lets the second start go on and then cuts the power at
each of its points, because what the killed process had not synced may be lost yet.

Source: facts/security.md §2 (F4), §5.1, §8.5.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.interruptions.agent_day import agent_day
from tests.interruptions.day import Day
from tests.interruptions.kills import faults_of_kill, faults_of_kill_and_power_cut, points_of
from tests.interruptions.reader_day import reader_day
from tests.interruptions.syscalls import CallPoint
from tests.torture.memory_folder import memory_folder
from tests.torture.report import Failure, Report
from tests.torture.sampling import sample, told

COUNT = 250
"""More than there are."""


def run(count: int, seed: int, days: Sequence[Day] | None = None) -> Report:
    """Kill at `count` calls, or at all if `COUNT`."""
    failures: list[Failure] = []
    trials = 0
    with memory_folder() as folder:
        points = _points(days or (agent_day(), reader_day()), folder)
        for number, (day, point) in sample(points, count, COUNT, seed):
            trials += 1
            for faults_of in (faults_of_kill, faults_of_kill_and_power_cut):
                failures += (Failure(number, what) for what in faults_of(day, point, folder))
    return Report(trials, tuple(failures), {"trials": told(count, COUNT)})


def _points(days: Sequence[Day], folder: Path) -> Iterator[tuple[Day, CallPoint]]:
    for day in days:
        for point in points_of(day, folder):
            yield day, point
