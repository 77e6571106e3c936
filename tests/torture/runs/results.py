"""Damaged, forged and replayed results: the agent believes none, and nothing else happens.

Each trial sends one to a real desk with its store, at which a visit waits for its result. What no
reader signed for this clinic must be neither kept nor acknowledged; what is kept already is only
acknowledged again; what a reader signed without having been asked is told to staff and never
handed to the reception. In the end a good result must still be taken.

Source: facts/security.md §2 (T6, T7), §4.6, §8.4.
"""

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from agent.parcels import still_to_deliver
from agent.visits import Visits
from hostlink.messages import ResultAcknowledged, SignedResult
from hostlink.terms import CardKind, VerificationMethod
from tests.agent.desk_bench import DeskBench
from tests.agent.world import RECORD, TODAY, VISIT_ID, options
from tests.torture.forgeries import KNOWN, REFUSED, TOLD, Forge
from tests.torture.genuine import KEPT, NONCE, WAITING
from tests.torture.memory_folder import memory_folder
from tests.torture.report import Failure, Report

COUNT = 1_000_000
_KNOWN_SHARE, _TOLD_SHARE, _DAMAGED_SHARE = 0.02, 0.02, 0.5


def run(count: int, seed: int) -> Report:
    """Send `count` of them."""
    failures: list[Failure] = []
    with memory_folder() as folder, warnings.catch_warnings():
        # The library warns of odd serial numbers in certificates that are refused.
        warnings.simplefilter("ignore")
        agent = _Agent(folder)
        for at in range(seed, seed + count):
            failures += (Failure(at, what) for what in agent.faults(Random(at)))
        failures += (Failure(seed, what) for what in agent.faults_with_a_good_one())
    return Report(count, tuple(failures), dict(sorted(agent.counted.items())))


class _Agent:
    """A desk and its store; every trial leaves them as they were."""

    def __init__(self, folder: Path) -> None:
        self._bench = DeskBench(folder / "agent.sqlite3")
        visits = Visits(self._bench.store)
        visits.challenge(VISIT_ID, CardKind.MY_NUMBER, TODAY)
        visits.accept(VISIT_ID, b"i" * 32, b"c" * 32, VerificationMethod.FACE)
        visits.answer(RECORD, options(VISIT_ID), TODAY)
        self._bench.store.change("UPDATE visits SET nonce = :nonce", {"nonce": NONCE})
        for result in KEPT:
            self._bench.desk.result_arrived(result)
        self.counted: Counter[str] = Counter()

    def faults(self, rng: Random) -> Iterator[str]:
        draw = rng.random()
        if draw < _KNOWN_SHARE:
            yield from self._faults_of_one(KNOWN, rng, is_kept=False, is_acknowledged=True)
        elif draw < _KNOWN_SHARE + _TOLD_SHARE:
            yield from self._faults_of_one(TOLD, rng, is_kept=True, is_acknowledged=True)
            self._forget_told()
        else:
            yield from self._faults_of_one(REFUSED, rng, is_kept=False, is_acknowledged=False)

    def faults_with_a_good_one(self) -> Iterator[str]:
        """An agent that takes nothing at all would pass every trial."""
        self._send(WAITING[0])
        if not (self._acknowledges(WAITING[0]) and self._outstanding() == 1):
            yield "a good result was not taken"

    def _faults_of_one(
        self, kinds: Mapping[str, Forge], rng: Random, *, is_kept: bool, is_acknowledged: bool
    ) -> Iterator[str]:
        kind = _drawn(kinds, rng)
        result, kept_before = kinds[kind](rng), self._kept()
        try:
            self._send(result)
        except Exception as error:  # noqa: BLE001  # whatever is raised is what is looked for
            yield f"{kind}: raised {error!r}"
            return
        self._count(kind)
        if self._acknowledges(result) is not is_acknowledged:
            yield f"{kind}: acknowledged: {not is_acknowledged}"
        if (self._kept() > kept_before) is not is_kept:
            yield f"{kind}: kept: {not is_kept}"
        if bool(self._bench.journal.alarms) is (kinds is KNOWN):
            yield f"{kind}: staff are told: {kinds is KNOWN}"
        if self._outstanding():
            yield f"{kind}: goes to the reception"
            self._forget_told()

    def _send(self, result: SignedResult) -> None:
        self._bench.said.clear()
        self._bench.journal.heard.clear()
        self._bench.desk.result_arrived(result)

    def _acknowledges(self, result: SignedResult) -> bool:
        return self._bench.said == [ResultAcknowledged(result.seq)]

    def _count(self, kind: str) -> None:
        self.counted[f"sent: {kind}"] += 1
        for event in self._bench.journal.heard:
            if event.alarm is not None:
                self.counted[f"alarm: {event.alarm} {event.detail or ''}".rstrip()] += 1

    def _kept(self) -> int:
        sql = "SELECT (SELECT count(*) FROM results) + (SELECT count(*) FROM conflicts)"
        ((kept,),) = self._bench.store.rows(sql)
        return int(kept)

    def _outstanding(self) -> int:
        return len(self._bench.store.rows(still_to_deliver(("reception",))))

    def _forget_told(self) -> None:
        self._bench.store.change("DELETE FROM results WHERE seq > :seq", {"seq": KEPT[-1].seq})
        self._bench.store.change("DELETE FROM conflicts")


def _drawn(kinds: Mapping[str, Forge], rng: Random) -> str:
    if kinds is REFUSED and rng.random() < _DAMAGED_SHARE:
        return "damaged"
    return rng.choice(list(kinds))
