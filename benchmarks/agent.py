"""The agent under the load of many readers: how soon, how many, how large, and how soon again.

`python -m benchmarks.agent [--readers N] [--seconds N] [--results N] [--parked N] [--delivered N]`
runs the agent as a clinic does (`python -m agent`, its store, its links, relay `oqs_folder`,
eligibility by HTTP). N readers (ptys, TLS, signed results) share one process, and the simulated
eligibility service has another; what these cost is told apart, but all share this machine.

* Steady: a patient at each reader every two seconds, whether or not the one before was served.
  From the moment a result is ready for the cable until its file is renamed into the reception
  folder, and until it is acknowledged, which says that it is on the disk.
* Burst: each reader has gathered results, as while the agent was away, and sends all at once.
* Restart: until the agent tells its supervisor that it is ready, and until all readers are linked
  again, while its store holds results that a receiver refused.

The bound is a plain loop on the same disk, before and after: a row into SQLite (WAL, `synchronous =
FULL`), a file beside the folder, synced, renamed into it, folder synced; one result at a time. It
verifies, speaks and decides nothing. Where the disk is slow it is slow too: ratios are what can be
compared. `benchmarks.agent_soak` tells what grows in hours.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.agent_bench import EVERY_S, Bench, Figures, Times, running
from benchmarks.agent_bound import bound_ms, fsync_ms
from benchmarks.agent_place import fill
from benchmarks.agent_readers import Burst, Pace

TARGET_P99_MS, TARGET_RATE, TARGET_MB, TARGET_READY_S = 150.0, 300.0, 150.0, 2.0


def measure_bound(results: int) -> list[float]:
    """See `bound_ms`; tells of fsync too."""
    with tempfile.TemporaryDirectory() as name:
        synced, took = fsync_ms(Path(name)), bound_ms(Path(name), results)
    _tell("fsync of 4 KiB", synced)
    _tell("bound, one result", took)
    print(f"  {'bound':<24}{1000 / np.mean(took):9.0f} results/s")
    return took


def measure_steady(bench: Bench, seconds: float, bound: Sequence[float], title: str) -> None:
    """A patient at each reader every two seconds."""
    figures = bench.serve(Pace(seconds, EVERY_S))
    print(f"{title}: {len(figures.sent_s)} visits in {seconds:.0f} s")
    _tell("acknowledged after", figures.kept_ms)
    _tell("file after", figures.file_ms)
    p99 = float(np.percentile(figures.file_ms, 99))
    print(
        f"  p99 {p99:.0f} ms (target {TARGET_P99_MS:.0f}),"
        f" {p99 / np.percentile(bound, 99):.1f} x the bound's p99"
    )
    _tell_cpu(figures)


def measure_burst(bench: Bench, results: int, bound: Sequence[float]) -> None:
    """All readers send all they have."""
    figures = bench.serve(Burst(results))
    bound_rate = 1000 / np.mean(bound)
    kept, filed = figures.rate(figures.acknowledged_s), figures.rate(figures.arrived_s)
    print(f"burst: {len(figures.sent_s)} results at once")
    print(
        f"  {'acknowledged':<24}{kept:9.0f} results/s (target {TARGET_RATE:.0f}),"
        f" {kept / bound_rate:.2f} x the bound"
    )
    print(f"  {'in the folder':<24}{filed:9.0f} results/s, {filed / bound_rate:.2f} x the bound")


def measure_restart(bench: Bench, parked: int, delivered: int) -> None:
    """With a store that holds much."""
    bench.place.stop()
    fill(bench.place.store, parked, delivered)
    begun_s = time.monotonic()
    ready_s = bench.place.start()
    bench.wait_linked()
    linked_s = time.monotonic() - begun_s
    print(f"restart: {parked} results parked, {delivered} delivered long ago")
    print(
        f"  ready after {ready_s:.2f} s (target {TARGET_READY_S:.0f}), all linked after"
        f" {linked_s:.2f} s; a Python that imports what it imports: {_bare_start_s():.2f} s"
    )


def _bare_start_s() -> float:
    begun_s = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", "import agent.assembly, agent.relays.oqs_folder"], check=True
    )
    return time.monotonic() - begun_s


def _tell(name: str, values_ms: Sequence[float] | Times) -> None:
    p50, p99 = np.percentile(values_ms, (50, 99))
    print(f"  {name:<24} p50 {p50:7.2f} ms, p99 {p99:7.2f} ms")


def _tell_cpu(figures: Figures) -> None:
    print(
        f"  processors in use: agent {figures.agent_cpu:.2f},"
        f" the readers of the load {figures.readers_cpu:.2f}; visits refused: {figures.refused}"
    )


def main() -> None:
    """Prints the method and the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agent")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0, help="of steady load")
    parser.add_argument("--results", type=int, default=20, help="of each reader in the burst")
    parser.add_argument("--parked", type=int, default=10_000, help="before the restart")
    parser.add_argument("--delivered", type=int, default=100_000, help="before the restart")
    arguments = parser.parse_args()
    print(__doc__)
    print(f"{arguments.readers} readers, {os.cpu_count()} processors")
    with running(arguments.readers) as bench:
        bound = measure_bound(500)
        measure_steady(bench, arguments.seconds, bound, "steady")
        measure_burst(bench, arguments.results, bound)
        memory, most = bench.place.memory_mb()
        print(f"memory: {memory:.0f} MB, at most {most:.0f} MB (target {TARGET_MB:.0f})")
        measure_restart(bench, arguments.parked, arguments.delivered)
        measure_steady(bench, arguments.seconds, bound, "steady beside these")
        print(f"memory: {bench.place.memory_mb()[1]:.0f} MB at most")
        measure_bound(500)


if __name__ == "__main__":
    main()
