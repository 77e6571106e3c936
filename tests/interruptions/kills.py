"""Kills a day at every call that changes the disk, and lets every such call fail."""

import errno
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.interruptions.day import Day
from tests.interruptions.images import PowerCut, power_cuts, worst_end
from tests.interruptions.recording import TREE, let_happen, record, told
from tests.interruptions.syscalls import CallPoint, call_points, run_traced

_FOR_THE_MEDIUM = (errno.EIO, errno.ENOSPC)
_ENDED, _RAISED = 0, 1


@dataclass(frozen=True)
class Refusal:
    """What the disk does from one call on."""

    point: CallPoint
    number: int
    """The errno."""
    is_lasting: bool

    def injected(self) -> str:
        return self.point.failing(self.number, is_lasting=self.is_lasting)


def points_of(day: Day, folder: Path) -> list[CallPoint]:
    """Every call of an undisturbed day."""
    place = _prepared(day, folder / "whole")
    run = run_traced(partial(let_happen, day.play, place), place)
    assert run.status == _ENDED, "nothing interrupted the day"
    shutil.rmtree(place)
    return list(call_points(run))


def refusals_at(point: CallPoint) -> Iterator[Refusal]:
    """A full disk and a broken one, once and for good; a sync is never out of space."""
    for number in _FOR_THE_MEDIUM:
        if number == errno.EIO or "sync" not in point.call:
            for is_lasting in (False, True):
                yield Refusal(point, number, is_lasting)


def faults_of_kill(day: Day, point: CallPoint, folder: Path) -> list[str]:
    """Kill there, start again."""
    place = _prepared(day, folder / "killed")
    run = run_traced(partial(let_happen, day.play, place), place, point.killed())
    # A call less than in the first run may be needed: then the last point is never reached.
    assert run.is_killed or run.status == _ENDED
    return _judged_and_removed(place, partial(day.faults, place / TREE, told(place)))


def faults_of_kill_and_power_cut(day: Day, point: CallPoint, folder: Path) -> list[str]:
    """Kill there, start again and go on, and then cut the power before anything more is synced.

    What the killed process wrote and did not sync is seen by the next one, and may be lost yet.
    """
    place = _prepared(day, folder / "killed")
    before, _ = record(day.play, place, inject=point.killed())
    marks = told(place)
    both, status = record(lambda tree, tell: day.resume(tree, tell, marks), place, before)
    assert status == _ENDED, "nothing interrupted the second start"

    def faults() -> list[str]:
        found = [
            fault
            for cut in power_cuts(both, most_free=0)
            if len(cut.marks) > len(marks)
            for fault in _faults_on(day, cut, folder)
        ]
        return sorted(set(found))

    return _judged_and_removed(place, faults)


def faults_of_refusal(day: Day, refusal: Refusal, folder: Path) -> list[str]:
    """Let it fail, then start again with room, both after a power cut and without one."""
    place = _prepared(day, folder / "refused")
    recording, status = record(_ending_cleanly(day), place, inject=refusal.injected())
    if status != _ENDED:
        shutil.rmtree(place)
        return [f"the refusal was not foreseen: status {status}"]

    def faults() -> list[str]:
        after_power_cut = _faults_on(day, worst_end(recording), folder)
        return [*after_power_cut, *day.faults(place / TREE, told(place))]

    return _judged_and_removed(place, faults)


def _ending_cleanly(day: Day) -> Callable[..., None]:
    def play(*given: object) -> None:
        try:
            day.play(*given)  # type: ignore[arg-type]  # as `Day.play`
        except day.refusals:
            """It says that it cannot go on, and ends."""

    return play


def _faults_on(day: Day, cut: PowerCut, folder: Path) -> list[str]:
    after = folder / "after"
    cut.tree().lay_out(after)
    return _judged_and_removed(after, partial(day.faults, after, cut.marks))


def _prepared(day: Day, place: Path) -> Path:
    place.mkdir()
    day.prepare(place / TREE)
    return place


def _judged_and_removed(place: Path, judge: Callable[[], list[str]]) -> list[str]:
    try:
        return judge()
    finally:
        shutil.rmtree(place)
