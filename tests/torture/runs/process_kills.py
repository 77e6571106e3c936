"""Reader or agent killed at any system call of a visit, through all processes: nothing is lost.

A trial arms one of the two running programs to die at the n-th call of a kind, whichever thread
makes it, and lets a patient come. Whatever the patient saw, the program is started again, the next
patient is served, a visit called finished has its result and every completed one exactly one file.

Source: facts/security.md §2 (F4), §6.2, §8.5.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.flows.desk import Desk
from tests.hw_sim.bench import Bench
from tests.hw_sim.patient_screen import NotShownError
from tests.interruptions.killed_process import (
    Kill,
    armed,
    recover,
    visit_until_it_ends,
    wait_for_what_follows,
)
from tests.torture.memory_folder import memory_folder
from tests.torture.report import Failure, Report

COUNT = 500
CALLS = {
    "write": 8, "pwrite64": 12, "fdatasync": 4, "fsync": 3, "rename": 1, "unlink": 1,
    "openat": 5, "read": 10, "close": 5, "futex": 40, "sendto": 5, "recvfrom": 6,
    "pselect6": 20, "select": 20, "poll": 10, "ioctl": 8, "mmap": 3,
}  # fmt: skip
"""One thread of some program makes at least so many of each in a visit, about."""


def run(count: int, seed: int) -> Report:
    """Kill `count` times."""
    failures: list[Failure] = []
    killed = {"agent": 0, "device": 0}
    with (
        memory_folder() as keys,
        tempfile.TemporaryDirectory() as folder,
        Bench(Path(folder) / "bench", keys, limits={"agent_s": 3.0}) as bench,
    ):
        desk = Desk(bench)
        for trial in range(seed, seed + count):
            kill = drawn(Random(trial))
            failures += (
                Failure(trial, f"{kill}: {what}") for what in faults_of(desk, kill, killed)
            )
            if failures:
                break
    return Report(count, tuple(failures), {f"{name}s killed": n for name, n in killed.items()})


def drawn(rng: Random) -> Kill:
    """A program and a call of it."""
    call = rng.choice(list(CALLS))
    return Kill(rng.choice(("agent", "device")), call, rng.randint(1, CALLS[call]))


def faults_of(desk: Desk, kill: Kill, killed: dict[str, int]) -> Iterator[str]:
    """One trial; what was wrong in the end."""
    before = len(desk.completed())
    with armed(desk.bench.process_id(kill.victim), kill):
        last_page = visit_until_it_ends(desk)
        wait_for_what_follows(desk, kill)
    try:
        killed[kill.victim] += recover(desk, kill)
        desk.lay()
        desk.go_on_until("finished")
        desk.take()
        desk.wait_until(lambda: have_all_arrived(desk), "all results")
        desk.wait_until(lambda: set(desk.completed()) <= set(desk.received()), "all files")
        desk.assert_exactly_once()
    except (AssertionError, NotShownError) as error:
        yield str(error) or "not exactly once"
        return
    if last_page == "finished" and len(desk.completed()) < before + 2:
        yield "a visit called finished is lost"


def have_all_arrived(desk: Desk) -> bool:
    """Whether the agent holds the newest result that the reader ever kept."""
    kept = (desk.bench.folder / "device-state" / "outbox").glob("*.cose")
    return max(int(path.stem) for path in kept) == desk.results()[-1].seq
