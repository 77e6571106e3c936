"""The agent for hours: whether anything is lost or told twice, and what grows.

`python -m benchmarks.agent_soak [--minutes N] [--readers N] [--api]` runs the agent as
`benchmarks.agent` does, with a patient at each reader every two seconds, and tells each minute what
the agent holds. A visit without a file in the reception folder ends the run with an error. With
`--api` the agent has its local API too, and a program that follows it must be told of every result
exactly once. In the end: how much each figure grows in an hour, by the last two thirds.
"""

import argparse
import os
import time

import numpy as np

from benchmarks.agent_bench import EVERY_S, Bench, running
from benchmarks.agent_follower import Follower
from benchmarks.agent_readers import Pace

_LAST_EVENTS_S = 10.0


def soak(bench: Bench, minutes: int, of_seconds: float = 60.0) -> None:
    """Steady load, told each minute; then how much each figure grows in an hour."""
    print("  minute  visits  refused  p99 ms   RSS MB  open files  threads  store MB  journal MB")
    rows, told = [], list[str]()
    visits = 0
    for minute in range(1, minutes + 1):
        figures = bench.serve(Pace(of_seconds, EVERY_S))
        visits += len(figures.sent_s)
        place = bench.place
        row = (place.memory_mb()[0], place.open_files(), place.threads(), place.store_mb())
        rows.append(row)
        p99_ms = np.percentile(figures.file_ms, 99)
        print(
            f"  {minute:6} {len(figures.sent_s):7} {figures.refused:8} {p99_ms:7.0f} {row[0]:8.1f}"
            f" {row[1]:11} {row[2]:8} {row[3]:9.1f} {place.journal_mb():11.1f}",
            flush=True,
        )
        told += bench.follower.take() if bench.follower else ()
    print(f"  {visits} visits, each with its file")
    if bench.follower:
        told += _rest(bench.follower, visits - len(told))
        print(f"  {len(told)} results told to the follower, {len(set(told))} different ones")
    settled = np.array(rows[len(rows) // 3 :])
    if len(settled) > 1:
        slopes = 60 * np.polyfit(range(len(settled)), settled, 1)[0]
        names = ("RSS MB", "open files", "threads", "store MB")
        grown = ", ".join(f"{name} {each:+.2f}" for name, each in zip(names, slopes, strict=True))
        print(f"  in an hour, by the last two thirds: {grown}")


def _rest(follower: Follower, missing: int) -> list[str]:
    """What it is told yet: of so many results, or of fewer when nothing more comes."""
    rest: list[str] = []
    ends_s = time.monotonic() + _LAST_EVENTS_S
    while len(rest) < missing and time.monotonic() < ends_s:
        time.sleep(0.1)
        rest += follower.take()
    return rest


def main() -> None:
    """Prints the method and the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agent_soak")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--api", action="store_true", help="the local API, and who follows it")
    arguments = parser.parse_args()
    print(__doc__)
    print(f"{arguments.readers} readers, {os.cpu_count()} processors")
    with running(arguments.readers, has_api=arguments.api) as bench:
        soak(bench, arguments.minutes)


if __name__ == "__main__":
    main()
