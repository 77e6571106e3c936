"""Every way the tree may look when power comes back.

At each point of the recording, every subset of what was not synced may have reached the disk, the
last write of it perhaps only half. Where more than `MOST_FREE` steps are open at once, the latest
of them are tried in every way, together with all and with none of those before.

Source: facts/security.md §2 (F3: subsets of at most 2^8 and torn halves) and §3.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress, product

from tests.interruptions.recording import Recording
from tests.interruptions.steps import Link, Mark, Move, Step, Sync, Tree, Truncate, Unlink, Write

MOST_FREE = 8


@dataclass(frozen=True)
class PowerCut:
    """What reached the disk, and what the world outside had been told by then."""

    recording: Recording
    kept: tuple[int, ...]
    """Numbers of the steps that reached the disk, in order."""
    is_torn: bool
    """Only half of the last of them did."""
    marks: tuple[str, ...]

    def tree(self) -> Tree:
        """What the folders hold now."""
        steps = [self.recording.steps[number] for number in self.kept]
        if self.is_torn and isinstance(last := steps[-1], Write):
            steps[-1] = replace(last, data=last.data[: len(last.data) // 2])
        tree = self.recording.start.copy()
        for step in steps:
            tree.apply(step)
        return tree


@dataclass(frozen=True)
class _Point:
    """Between two steps."""

    marks: tuple[str, ...] = ()
    durable: tuple[int, ...] = ()
    open: tuple[int, ...] = ()
    """Asked for and not synced."""


def power_cuts(recording: Recording, most_free: int = MOST_FREE) -> Iterator[PowerCut]:
    """All of them, each once.

    Args:
        recording: What was asked of the disk.
        most_free: Of the steps that are open at once, so many are tried in every subset.
    """
    seen: set[tuple[tuple[int, ...], bool, int]] = set()
    for point in _points(recording):
        for kept in _subsets(point, most_free):
            for is_torn in (
                (False, True) if _is_last_in_flight(recording, point, kept) else (False,)
            ):
                if (key := (kept, is_torn, len(point.marks))) not in seen:
                    seen.add(key)
                    yield PowerCut(recording, kept, is_torn, point.marks)


def worst_end(recording: Recording) -> PowerCut:
    """At the end nothing survives that was not synced."""
    *_, last = _points(recording)
    return PowerCut(recording, last.durable, False, last.marks)


def _points(recording: Recording) -> Iterator[_Point]:
    point = _Point()
    yield point
    for number, step in enumerate(recording.steps):
        match step:
            case Mark(what):
                point = replace(point, marks=(*point.marks, what))
            case Sync():
                synced = {each for each in point.open if _is_meant(recording.steps[each], step)}
                point = replace(
                    point,
                    durable=tuple(sorted({*point.durable, *synced})),
                    open=tuple(each for each in point.open if each not in synced),
                )
            case _:
                point = replace(point, open=(*point.open, number))
        yield point


def _is_meant(step: Step, sync: Sync) -> bool:
    """Whether this sync makes this step durable."""
    match step:
        case Write(file=number) | Truncate(file=number):
            return number == sync.number
        case Link(folder=number) | Move(folder=number) | Unlink(folder=number):
            return number == sync.number
        case _:
            return False


def _is_last_in_flight(recording: Recording, point: _Point, kept: tuple[int, ...]) -> bool:
    """Whether the last step that reached the disk is a write that may have come half."""
    return bool(kept) and kept[-1] in point.open and isinstance(recording.steps[kept[-1]], Write)


def _subsets(point: _Point, most_free: int) -> Iterator[tuple[int, ...]]:
    """What is durable, and of what is open every subset."""
    split = max(0, len(point.open) - most_free)
    older, free = point.open[:split], point.open[split:]
    for with_older in ((), older) if older else ((),):
        for choice in product((False, True), repeat=len(free)):
            yield tuple(sorted((*point.durable, *with_older, *compress(free, choice))))
