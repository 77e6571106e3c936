"""Unplugged at every byte of a visit, in either direction: it always ends in the same state.

A trial plays a whole visit between the real parts of both ends and pulls the cable after so many
bytes; then both ends notice, or only one, or the agent starts anew as well. In the end the patient
has seen the end, the agent holds the one result, one file was handed over, and nobody was alarmed.

Source: facts/security.md §2 (F2), §8.3.
"""

from collections.abc import Iterator

from tests.hostlink.both_ends import both_ends
from tests.interruptions.cabled_visit import Cut
from tests.interruptions.unplugging import CabledVisit, Notice, Parts
from tests.torture.memory_folder import memory_folder
from tests.torture.report import Failure, Report
from tests.torture.sampling import sample, told

COUNT = 24_000
"""More than there are."""


def run(count: int, seed: int, parts: Parts | None = None) -> Report:
    """Pull the cable `count` times, or at every byte in every way if `COUNT`."""
    parts = parts or Parts(both_ends())
    failures: list[Failure] = []
    trials = 0
    in_a_visit = bytes_of_a_visit(parts)
    for number, (at, notice) in sample(_pulls(in_a_visit), count, COUNT, seed):
        trials += 1
        faults = played(parts, Cut(at), notice)[0]
        failures += (Failure(number, f"byte {at}, {notice.name}: {what}") for what in faults)
    return Report(
        trials, tuple(failures), {"bytes of a visit": in_a_visit, "trials": told(count, COUNT)}
    )


def bytes_of_a_visit(parts: Parts) -> int:
    """Of one that nobody disturbs, both directions together."""
    faults, carried = played(parts, None, Notice.BOTH)
    assert not faults, faults
    return carried


def played(parts: Parts, cut: Cut | None, notice: Notice) -> tuple[list[str], int]:
    """One visit: what is wrong in the end, and how many bytes passed."""
    with memory_folder() as folder:
        visit = CabledVisit(folder, parts)
        faults = visit.play(cut, notice)
        visit.close()
        return faults, visit.carried_bytes


def _pulls(in_a_visit: int) -> Iterator[tuple[int, Notice]]:
    for at in range(in_a_visit):
        for notice in Notice:
            yield at, notice
