"""An agent with its readers and its eligibility service, all running, and what is seen of them."""

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.agent_follower import Follower, enroll, free_port
from benchmarks.agent_place import AgentPlace
from benchmarks.agent_readers import Burst, Link, Pace, Served, run_readers
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService

EVERY_S = 2.0
"""A patient lays a card at each reader."""
Times = NDArray[np.float64]
_SPAWN = multiprocessing.get_context("spawn")


def run_service(parent: Connection) -> None:
    """The eligibility service's process: tells its address, ends when told so."""
    with EligibilityService(default_person=UKETSUKE_TARO) as service:
        parent.send(service.url)
        parent.recv()


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
