"""The agent under the load of many readers: how soon, how many, how large, and how soon again.

`python -m benchmarks.agent [--readers N] [--seconds N] [--results N] [--parked N] [--delivered N]
[--soak MINUTES [--api]]` runs the agent as a clinic does (`python -m agent`, its store, its links,
relay `oqs_folder`, eligibility by HTTP). N readers (ptys, TLS, signed results) share one process,
and the simulated eligibility service has another; what these cost is told apart, but all share this
machine.

* Steady: a patient at each reader every two seconds, whether or not the one before was served.
  From the moment a result is ready for the cable until its file is renamed into the reception
  folder, and until it is acknowledged, which says that it is on the disk.
* Burst: each reader has gathered results, as while the agent was away, and sends all at once.
* Restart: until the agent tells its supervisor that it is ready, and until all readers are linked
  again, while its store holds results that a receiver refused.

The bound is a plain loop on the same disk, before and after: a row into SQLite (WAL, `synchronous =
FULL`), a file beside the folder, synced, renamed into it, folder synced; one result at a time. It
verifies, speaks and decides nothing. Where the disk is slow it is slow too: ratios are what can be
compared. `--soak MINUTES` goes on with the steady load and tells each minute what the agent holds,
and how many visits lack a file; with `--api` the agent has its local API too, and a program that
follows it must be told of every result exactly once.
"""

import argparse
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.folders import sync_folder
from benchmarks.agent_follower import Follower, enroll, free_port
from benchmarks.agent_place import AgentPlace, fill
from benchmarks.agent_readers import Burst, Link, Pace, Served, run_readers
from tests.agent.world import SigningReader, completed
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService

EVERY_S = 2.0
TARGET_P99_MS, TARGET_RATE, TARGET_MB, TARGET_READY_S = 150.0, 300.0, 150.0, 2.0
_FSYNCS = 100
_LAST_EVENTS_S = 10.0
Times = NDArray[np.float64]
_SPAWN = multiprocessing.get_context("spawn")


def run_service(parent: Connection) -> None:
    """The eligibility service's process: tells its address, ends when told so."""
    with EligibilityService(default_person=UKETSUKE_TARO) as service:
        parent.send(service.url)
        parent.recv()


def bound_ms(folder: Path, results: int) -> list[float]:
    """What one result takes a plain loop that keeps it and hands it over, durably."""
    cose = SigningReader().sign(completed(bytes(16))).cose
    reception = folder / "reception"
    reception.mkdir()
    took = []
    with closing(sqlite3.connect(folder / "plain.sqlite3", isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA synchronous = FULL")
        store.execute("CREATE TABLE results (seq INTEGER PRIMARY KEY, cose BLOB)")
        for seq in range(results):
            begun_s = time.perf_counter()
            store.execute("INSERT INTO results VALUES (?, ?)", (seq, cose))
            _hand_over(folder / "part", reception / f"{seq}.xml", cose * 4)
            took.append(1000 * (time.perf_counter() - begun_s))
    return took


def _hand_over(beside: Path, final: Path, content: bytes) -> None:
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(final)
    sync_folder(final.parent)


def fsync_ms(folder: Path) -> list[float]:
    """What it costs here to have 4 KiB more of a file on the disk."""
    took = []
    with (folder / "synced").open("wb", buffering=0) as file:
        for _ in range(_FSYNCS):
            file.write(bytes(4096))
            begun_s = time.perf_counter()
            os.fsync(file.fileno())
            took.append(1000 * (time.perf_counter() - begun_s))
    return took


@contextmanager
def _process(target: object, *arguments: object) -> Iterator[Connection]:
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=target, args=(*arguments, theirs), daemon=True)  # type: ignore[arg-type]
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        process.terminate()
        process.join()


@dataclass(frozen=True, slots=True)
class Figures:
    """Of each result: when it was ready at the reader, acknowledged, and a file; in seconds."""

    sent_s: Times
    acknowledged_s: Times
    arrived_s: Times
    agent_cpu: float
    """Processors in use, of the agent."""
    readers_cpu: float
    """Of the load."""
    refused: int
    """Visits that came to nothing, because the eligibility service was too slow."""

    @property
    def file_ms(self) -> Times:
        """From ready to the file."""
        return 1000 * (self.arrived_s - self.sent_s)

    @property
    def kept_ms(self) -> Times:
        """From ready to the acknowledgement."""
        return 1000 * (self.acknowledged_s - self.sent_s)

    def rate(self, ended_s: Times) -> float:
        """Results a second from the first that was ready to the last that was so far."""
        return float(len(self.sent_s) / (ended_s.max() - self.sent_s.min()))


class Bench:
    """An agent, its readers and its eligibility service, all running."""

    def __init__(
        self, place: AgentPlace, readers: Connection, follower: Follower | None = None
    ) -> None:
        self.place = place
        self.follower = follower
        self._readers = readers

    def wait_linked(self) -> None:
        """Until every reader is linked."""
        self._readers.send(Link())
        self._readers.recv()

    def serve(self, task: Pace | Burst) -> Figures:
        """Have the readers do it, and wait until every file is there."""
        begun_s, cpu_s = time.monotonic(), self.place.cpu_s()
        self._readers.send(task)
        served: Served = self._readers.recv()
        arrived = self.place.take_files(len(served.visits))
        took_s = time.monotonic() - begun_s
        return Figures(
            sent_s=np.array([visit.sent_s for visit in served.visits]),
            acknowledged_s=np.array([visit.acknowledged_s for visit in served.visits]),
            arrived_s=np.array([arrived[visit.visit_id] for visit in served.visits]),
            agent_cpu=(self.place.cpu_s() - cpu_s) / took_s,
            readers_cpu=served.cpu_s / took_s,
            refused=served.refused,
        )


@contextmanager
def running(readers: int, *, has_api: bool = False) -> Iterator[Bench]:
    """All of it, in a folder that is gone afterwards."""
    port = free_port() if has_api else None
    with (
        tempfile.TemporaryDirectory() as name,
        _process(run_service) as service,
        _process(run_readers, Path(name), readers) as load,
    ):
        place = AgentPlace(Path(name), readers, service.recv(), port)
        load.recv()
        place.start()
        follower = None
        if port is not None:
            follower = Follower(port, enroll(place.store))
            follower.start()
        bench = Bench(place, load, follower)
        bench.wait_linked()
        try:
            yield bench
        finally:
            place.stop()


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


def soak(bench: Bench, minutes: int) -> None:
    """Steady load, told each minute; then how much each figure grows in an hour."""
    print("  minute  visits  refused  p99 ms   RSS MB  open files  threads  store MB  journal MB")
    rows, told = [], list[str]()
    visits = 0
    for minute in range(1, minutes + 1):
        figures = bench.serve(Pace(60.0, EVERY_S))
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
    parser.add_argument("--soak", type=int, default=0, metavar="MINUTES", help="only this")
    parser.add_argument("--api", action="store_true", help="with --soak: the local API, followed")
    arguments = parser.parse_args()
    print(__doc__)
    print(f"{arguments.readers} readers, {os.cpu_count()} processors")
    with running(arguments.readers, has_api=arguments.api) as bench:
        if arguments.soak:
            soak(bench, arguments.soak)
            return
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
