"""As the run `link`, but with all threads, in real time, over a real pty: fewer results.

The pty damages, drops and repeats pieces; after each ten results the cable is pulled, the reader
or the agent restarts, or nothing happens. Each ten must be acknowledged within a minute, and in the
end all must have been kept once, in order. The seed draws the faults; when they hit is chance.

Source: facts/security.md §2 (F1, F2), §6.3.
"""

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random

from hostlink.ends import AgentEnd, DeviceEnd
from tests.agent.world import HeardJournal, abandoned
from tests.hostlink.both_ends import both_ends
from tests.hostlink.pty_cable import PtyCable
from tests.torture.memory_folder import memory_folder
from tests.torture.pty_halves import PtyAgent, PtyReader
from tests.torture.report import Failure, Report

COUNT = 5_000
_RESULTS, _AT_ONCE = 50, 10
"""For each seed, and between two incidents."""
_PATIENCE_S = 60.0
_BYTE_ERROR, _DROP, _REPEAT = 1e-5, 0.005, 0.005


def run(count: int, seed: int) -> Report:
    """Send `count` results, fifty for each seed."""
    ends = both_ends()
    counted: Counter[str] = Counter()
    failures: list[Failure] = []
    stretches = math.ceil(count / _RESULTS)
    for at in range(seed, seed + stretches):
        with memory_folder() as folder:
            stretch = _Stretch(folder, ends, Random(at), counted)
            failures += (Failure(at, what) for what in stretch.faults())
    return Report(stretches * _RESULTS, tuple(failures), dict(sorted(counted.items())))


class _Stretch:
    def __init__(
        self, folder: Path, ends: tuple[DeviceEnd, AgentEnd], rng: Random, counted: Counter[str]
    ) -> None:
        self._folder, self._ends, self._rng, self._counted = folder, ends, rng, counted
        self._cable = PtyCable(fault=self._fault)
        self._acknowledged: SimpleQueue[int] = SimpleQueue()
        self._journal = HeardJournal()
        self._reader, self._agent = self._new_reader(), self._new_agent()

    def faults(self) -> Iterator[str]:
        for first in range(1, _RESULTS + 1, _AT_ONCE):
            awaited = set(range(first, first + _AT_ONCE))
            for _ in awaited:
                self._reader.keep(abandoned(visit_id=self._rng.randbytes(16)))
            self._rng.choice((self._pull, self._restart_reader, self._restart_agent, _nothing))()
            if late := self._not_acknowledged(awaited):
                yield f"not acknowledged within {_PATIENCE_S} s: {sorted(late)}"
                break
        yield from self._faults_of_what_arrived()
        self._reader.close()
        self._agent.close()
        self._cable.unplug()

    def _not_acknowledged(self, awaited: set[int]) -> set[int]:
        try:
            while awaited:
                awaited.discard(self._acknowledged.get(timeout=_PATIENCE_S))
        except Empty:
            pass
        return awaited

    def _faults_of_what_arrived(self) -> Iterator[str]:
        rows = self._agent.store.rows("SELECT seq FROM results ORDER BY rowid")
        if [seq for (seq,) in rows] != list(range(1, 1 + _RESULTS)):
            yield f"kept: {rows}"
        yield from (f"alarm: {alarm}" for alarm in self._journal.alarms)

    def _pull(self) -> None:
        self._counted["cable pulled"] += 1
        self._cable.plug()

    def _restart_reader(self) -> None:
        self._counted["reader restarted"] += 1
        self._reader.close()
        self._reader = self._new_reader()

    def _restart_agent(self) -> None:
        self._counted["agent restarted"] += 1
        self._agent.close()
        self._agent = self._new_agent()

    def _new_reader(self) -> PtyReader:
        outbox, port = self._folder / "outbox", self._cable.device_port
        return PtyReader(outbox, port, self._ends[0], self._acknowledged.put)

    def _new_agent(self) -> PtyAgent:
        return PtyAgent(self._folder, self._cable.agent_port, self._ends[1], self._journal)

    def _fault(self, data: bytes) -> bytes:
        rng = self._rng
        if rng.random() < _DROP:
            self._counted["pieces dropped"] += 1
            return b""
        if rng.random() < _REPEAT:
            self._counted["pieces repeated"] += 1
            return data + data
        if rng.random() < len(data) * _BYTE_ERROR:
            self._counted["pieces damaged"] += 1
            at = rng.randrange(len(data))
            return data[:at] + bytes([data[at] ^ rng.randint(1, 255)]) + data[at + 1 :]
        return data


def _nothing() -> None:
    """Also this may happen."""
