"""Staff are told of a time at which no card could be judged."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.agent.running_agent import RunningAgent, logged
from tests.flows.wrong_clock import WrongClock
from tests.hw_sim.eligibility_service import EligibilityService

POWER_CUT = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
SENTENCE = "this PC says it is 1970-01-01, before it was paired with its reader: set the clock"


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[RunningAgent]:
    with EligibilityService() as service:
        (tmp_path / "ttyREADER").touch()  # or the log told that it is away
        yield RunningAgent(tmp_path, service)


def test_a_clock_that_stands_at_1970_is_an_alarm(agent: RunningAgent, tmp_path: Path) -> None:
    clock = WrongClock(tmp_path / "clock")
    clock.set(POWER_CUT)
    agent.start(clock.environment())
    agent.wait_for_event("started")
    assert agent.stop() == 0
    assert logged(agent.log) == [SENTENCE]
    (alarm,) = [line for line in agent.journal() if line["event"] == "alarm"]
    assert (alarm["alarm"], alarm["detail"]) == ("clock_doubtful", "1970-01-01")


def test_the_right_time_is_none(agent: RunningAgent) -> None:
    agent.start()
    agent.wait_for_event("started")
    assert (agent.stop(), logged(agent.log)) == (0, [])
    assert "alarm" not in agent.events()
