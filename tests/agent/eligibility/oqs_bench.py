"""The source `oqs_folder` beside a simulated 連携アプリ, in time that is told."""

import threading
from datetime import timedelta
from pathlib import Path

from agent.characters import Encoding
from agent.eligibility.oqs_folder import OqsFolder, Settings
from agent.eligibility.port import InsuredNumbers, NumberQuery
from tests.agent.world import INSTITUTION, TODAY, ToldClock
from tests.hw_sim.eligibility_service import Person
from tests.hw_sim.oqs_app import OqsApp

DECLARED = {Encoding.UTF_8: "UTF-8", Encoding.CP932: "Shift_JIS"}


class OqsBench:
    """Whoever waits sees the clock go on and 連携アプリ look at its folder."""

    def __init__(
        self, folder: Path, encoding: Encoding = Encoding.UTF_8, timeout_s: float = 180
    ) -> None:
        self.app = OqsApp(folder / "OQS", DECLARED[encoding])
        self.clock = ToldClock()
        self.ending = _ToldEnding(self)
        settings = Settings(folder=folder / "OQS", encoding=encoding, timeout_s=timeout_s)
        self.source = OqsFolder(settings, self.clock, self.ending)

    def time_passes(self, seconds: float) -> None:
        self.clock.time += timedelta(seconds=seconds)
        self.app.look()

    def names(self) -> list[str]:
        """What lies in both folders."""
        folders = (self.app.requests, self.app.answers)
        return sorted(path.name for folder in folders for path in folder.iterdir())


class _ToldEnding(threading.Event):
    def __init__(self, bench: OqsBench) -> None:
        super().__init__()
        self._bench = bench

    def wait(self, timeout: float | None = None) -> bool:
        self._bench.time_passes(timeout or 0)
        return self.is_set()


def query_of(person: Person, *, agrees_to_limit: bool = False) -> NumberQuery:
    """A question by what this person's paper shows."""
    known = person["record"]["person"]
    birth = known["birthdate"]
    return NumberQuery(
        INSTITUTION,
        numbers_of(person),
        TODAY.date().replace(year=int(birth[:4]), month=int(birth[4:6]), day=int(birth[6:])),
        TODAY.date(),
        agrees_to_limit,
    )


def numbers_of(person: Person) -> InsuredNumbers:
    """What this person's paper shows."""
    known = person["record"]["person"]
    names = (
        "insurer_number",
        "insured_identification_number",
        "insured_card_symbol",
        "insured_branch_number",
    )
    return InsuredNumbers(*(known.get(name) or "" for name in names))
