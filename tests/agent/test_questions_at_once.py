"""No patient waits until another's is looked up: there are threads for every reader."""

import threading
from pathlib import Path

import pytest

from agent.desk_terms import Question
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery
from hostlink.terms import FailureCode
from tests.agent.running_agent import wait_until
from tests.agent.service_bench import Bench, ToldSource
from tests.agent.world import INSTITUTION, TODAY

COUNTERS = 5
LONG_ENOUGH_S = 1.0


class SlowSource(ToldSource):
    """Answers nobody before all of them have asked, or after a while."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.answered_together = 0
        self._all_have_asked = threading.Barrier(COUNTERS)

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        self.asked += 1
        try:
            self._all_have_asked.wait(LONG_ENOUGH_S)
            self.answered_together += 1
        except threading.BrokenBarrierError:
            pass
        return FailureCode.ELIGIBILITY_NOT_FOUND


@pytest.mark.parametrize(
    ("readers", "together"), [(COUNTERS, COUNTERS), (1, 0)], ids=["five", "negative control"]
)
def test_five_patients_at_five_counters_wait_for_the_source_alone(
    tmp_path: Path, readers: int, together: int
) -> None:
    source = SlowSource()
    bench = Bench(tmp_path / "agent.sqlite3", source=source, readers=readers)
    bench.start()
    for number in range(COUNTERS):
        query = EligibilityQuery(bytes([number]) * 16, INSTITUTION, b"certificate", TODAY.date())
        bench.service.ask(Question(query, b"identity", notices=()))
    wait_until(lambda: source.asked == COUNTERS)
    bench.stop()
    wait_until(lambda: source.answered_together == together)
