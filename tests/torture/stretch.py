"""Results over a bad cable, and what became of them."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from hostlink.ends import AgentEnd, DeviceEnd
from tests.agent.world import abandoned
from tests.hostlink.both_ends import both_ends
from tests.torture.link_world import LinkWorld
from tests.torture.memory_folder import memory_folder
from tests.torture.noisy_line import Noise
from tests.torture.recovery import SILENCE_S, Recovery
from tests.torture.report import Failure, Report

_LONG_PAUSE, _LONGEST_PAUSE_S = 0.03, 4.0
_INCIDENTS = 0.03
"""Chance of one with each result."""
_UNTIL_ALL_ARRIVED_S = 8.0
"""After the noise: a silence, and the time for all of them to be sent again."""


@dataclass(frozen=True)
class Conditions:
    """Of one stretch."""

    noise: Noise
    results: int
    mean_pause_s: float
    """Between two results."""
    patience_s: float = 0.0
    """Before the pause: until the result is acknowledged, but no longer."""


@dataclass
class Outcome:
    """What became of the results of one stretch."""

    faults: list[str] = field(default_factory=list)
    recovery: Recovery = field(default_factory=Recovery)
    counted: Counter[str] = field(default_factory=Counter)


def play_stretch(ends: tuple[DeviceEnd, AgentEnd], conditions: Conditions, seed: int) -> Outcome:
    """The same way for the same seed."""
    with memory_folder() as folder:
        stretch = _Stretch(folder, ends, conditions, Random(seed))
        try:
            faults = list(stretch.faults())
        except Exception as error:  # noqa: BLE001  # whatever is raised is what is looked for
            faults = [f"raised {error!r}"]
        return Outcome(faults, stretch.world.recovery, stretch.world.counted)


def play_stretches(conditions: Conditions, count: int, seed: int) -> tuple[Report, Recovery]:
    """As many as hold `count` results, and how long the link needed after all causes."""
    ends, all_of_them = both_ends(), Recovery()
    counted: Counter[str] = Counter()
    failures: list[Failure] = []
    stretches = math.ceil(count / conditions.results)
    for at in range(seed, seed + stretches):
        outcome = play_stretch(ends, conditions, at)
        failures += (Failure(at, what) for what in outcome.faults)
        counted += outcome.counted
        all_of_them.detected_s += outcome.recovery.detected_s
        all_of_them.silences_s += outcome.recovery.silences_s
    told = dict(sorted(counted.items()))
    return Report(stretches * conditions.results, tuple(failures), told), all_of_them


class _Stretch:
    def __init__(
        self, folder: Path, ends: tuple[DeviceEnd, AgentEnd], conditions: Conditions, rng: Random
    ) -> None:
        self.world = LinkWorld(folder, ends, rng)
        self.world.set_noise(conditions.noise)
        self._conditions = conditions
        self._rng = rng
        self._made: dict[int, bytes] = {}

    def faults(self) -> Iterator[str]:
        for _ in range(self._conditions.results):
            self._keep_one()
            if self._rng.random() < _INCIDENTS:
                self.world.something_happens()
            self._await_all_acknowledged(self._conditions.patience_s)
            self._pass_time(self._pause_s())
        waiting = sum(1 for _ in self.world.reader.outbox.pending())
        self.world.counted["acknowledged before the noise ended"] += len(self._made) - waiting
        self.world.calm_down()
        self._await_all_acknowledged(_UNTIL_ALL_ARRIVED_S)
        yield from self._faults_of_what_arrived()
        self.world.close()
        yield from (what for what in self.world.counted if what.startswith("alarm"))
        slowest_s = max(self.world.recovery.silences_s, default=0.0)
        if slowest_s > SILENCE_S:
            yield f"the link needed {slowest_s:.2f} s to come back after a silence"

    def _keep_one(self) -> None:
        reader = self.world.reader
        reader.keep(abandoned(visit_id=self._rng.randbytes(16)))
        made = reader.outbox.latest()
        assert made is not None
        self._made[reader.outbox.next_seq - 1] = made

    def _pass_time(self, seconds: float) -> None:
        until_s = self.world.now_s + seconds
        while self.world.now_s < until_s:
            self.world.step()

    def _await_all_acknowledged(self, patience_s: float) -> None:
        until_s = self.world.now_s + patience_s
        while self.world.now_s < until_s and any(self.world.reader.outbox.pending()):
            self.world.step()

    def _faults_of_what_arrived(self) -> Iterator[str]:
        rows = self.world.agent.store.rows("SELECT seq, cose FROM results ORDER BY rowid")
        arrived = [(seq, cose) for seq, cose in rows]
        if waiting := [result.seq for result in self.world.reader.outbox.pending()]:
            yield f"never acknowledged: {waiting}"
        if lost := dict(self._made.items() - set(arrived)):
            yield f"lost: {sorted(lost)}"
        if len(arrived) > len(set(arrived)) or len(arrived) > len(self._made):
            yield "kept twice"
        if arrived != sorted(arrived):
            yield "kept in another order"

    def _pause_s(self) -> float:
        if self._rng.random() < _LONG_PAUSE:
            return self._rng.uniform(0, _LONGEST_PAUSE_S)
        return self._rng.expovariate(1 / self._conditions.mean_pause_s)
