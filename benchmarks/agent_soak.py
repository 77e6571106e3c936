"""The agent for hours: whether anything is lost or told twice, and what grows.

`python -m benchmarks.agent_soak [--minutes N] [--readers N] [--api | --kills]` runs the agent as
`benchmarks.agent` does, with a patient at each reader every two seconds, and tells each minute what
the agent holds. With `--api` the agent has its local API too, which keeps visits for a quarter of
an hour, and a program follows it. A visit without a file in the reception folder, or of which that
program is not told exactly once, ends the run with an error. With `--kills` the agent is killed
(SIGKILL) and started again at some moment of each minute; visits that were under way then come to
nothing, and no result may be lost or handed over twice. In the end: how much each figure grows
in an hour, by the last two thirds.
"""

import argparse
import math
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from random import SystemRandom
from typing import Protocol

import numpy as np

from benchmarks.agent_bench import EVERY_S, Bench, Figures, running
from benchmarks.agent_place import AgentPlace
from benchmarks.agent_readers import Pace

LAST_EVENTS_S = 10.0
TOLD_AGAIN_S = 2.0


class Told(Protocol):
    """Somebody who follows the agent."""

    def take(self) -> list[str]:
        """Results that came since this was asked last, each as often as it came."""
        ...


def soak(bench: Bench, minutes: int, of_seconds: float = 60.0, *, has_kills: bool = False) -> bool:
    """Steady load, told each minute; then how much each figure grows in an hour.

    Args:
        bench: With or without a follower.
        minutes: How many.
        of_seconds: How long each is.
        has_kills: The agent is killed in each of them.

    Returns:
        Whether the follower, if there is one, was told of every result exactly once.
    """
    print("  minute  visits  refused  p99 ms   RSS MB  open files  threads  store MB  journal MB")
    rows, told = [], Counter[str]()
    visits = 0
    for minute in range(1, minutes + 1):
        with _killed(bench.place, of_seconds) if has_kills else nullcontext():
            figures = bench.serve(Pace(of_seconds, EVERY_S))
        visits += len(figures.sent_s)
        rows.append(_tell_minute(minute, bench, figures))
        told.update(bench.follower.take() if bench.follower else ())
    print(f"  {visits} visits, each with its file")
    _tell_growth(rows)
    return bench.follower is None or is_told_once(bench.follower, told, visits)


@contextmanager
def _killed(place: AgentPlace, of_seconds: float) -> Iterator[None]:
    """Once in that time, at a moment nobody knows before."""
    after_s = SystemRandom().uniform(0.2, 0.8) * of_seconds

    def kill_and_start() -> None:
        time.sleep(after_s)
        place.kill()
        place.start()

    killing = threading.Thread(target=kill_and_start, name="kill")
    killing.start()
    try:
        yield
    finally:
        killing.join()


def is_told_once(follower: Told, told: Counter[str], visits: int) -> bool:
    """Wait for what it is told yet, and a while for what it is told again."""
    ends_s = time.monotonic() + LAST_EVENTS_S
    while len(told) < visits and time.monotonic() < ends_s:
        time.sleep(0.1)
        told.update(follower.take())
    time.sleep(TOLD_AGAIN_S)
    told.update(follower.take())
    print(f"  {told.total()} results told to the follower, {len(told)} different ones")
    return told.total() == len(told) == visits


def _tell_minute(minute: int, bench: Bench, figures: Figures) -> tuple[float, int, int, float]:
    place = bench.place
    row = (place.memory_mb()[0], place.open_files(), place.threads(), place.store_mb())
    p99_ms = np.percentile(figures.file_ms, 99) if len(figures.sent_s) else math.nan
    print(
        f"  {minute:6} {len(figures.sent_s):7} {figures.refused:8} {p99_ms:7.0f} {row[0]:8.1f}"
        f" {row[1]:11} {row[2]:8} {row[3]:9.1f} {place.journal_mb():11.1f}",
        flush=True,
    )
    return row


def _tell_growth(rows: Sequence[tuple[float, int, int, float]]) -> None:
    settled = np.array(rows[len(rows) // 3 :])
    if len(settled) > 1:
        slopes = 60 * np.polyfit(range(len(settled)), settled, 1)[0]
        names = ("RSS MB", "open files", "threads", "store MB")
        grown = ", ".join(f"{name} {each:+.2f}" for name, each in zip(names, slopes, strict=True))
        print(f"  in an hour, by the last two thirds: {grown}")


def main() -> None:
    """Prints the method and the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agent_soak")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--kills", action="store_true", help="the agent is killed each minute")
    parser.add_argument("--api", action="store_true", help="the local API, and who follows it")
    arguments = parser.parse_args()
    if arguments.api and arguments.kills:
        parser.error("whoever follows loses the connection with each kill: one of the two")
    print(__doc__)
    print(f"{arguments.readers} readers, {os.cpu_count()} processors")
    with running(arguments.readers, has_api=arguments.api) as bench:
        if not soak(bench, arguments.minutes, has_kills=arguments.kills):
            sys.exit("something was lost or told twice")


if __name__ == "__main__":
    main()
