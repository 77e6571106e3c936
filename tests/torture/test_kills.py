"""A share of the kills, and designs that must not survive them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.store import Store
from tests.agent.delivery_bench import NaiveFolder
from tests.interruptions.agent_day import agent_day
from tests.interruptions.day import Day
from tests.interruptions.kills import (
    faults_of_kill,
    faults_of_kill_and_power_cut,
    points_of,
)
from tests.interruptions.reader_day import asks_the_card_first, reader_day, says_finished_first
from tests.interruptions.syscalls import CallPoint
from tests.torture.memory_folder import memory_folder
from tests.torture.runs import kills

FaultsOf = Callable[[Day, CallPoint, Path], list[str]]


# A kill of the agent takes seconds, of the reader a blink; `make torture` goes through all of them.
@pytest.mark.parametrize(("day", "count"), [(agent_day(), 6), (reader_day(), 40)])
def test_nothing_is_found(day: Day, count: int) -> None:
    report = kills.run(count, 1, [day])
    assert report.failures == ()
    assert report.trials > 3


def test_one_day_comes_after_the_other(tmp_path: Path) -> None:
    """As in `make torture`, where both lie in one folder."""
    assert all(points_of(day, tmp_path) for day in (agent_day(), reader_day()))


@pytest.mark.parametrize(
    ("day", "fault"),
    [
        (reader_day(asks_the_card_first), "a PIN was sent and the log knows nothing of it"),
        (reader_day(says_finished_first), "a kept result is lost"),
        (agent_day(NaiveFolder), "a visit reaches the reception software twice"),
    ],
)
def test_negative_control_in_a_wrong_order(day: Day, fault: str) -> None:
    assert is_found(fault, day, faults_of_kill)


def test_negative_control_a_reader_that_trusts_what_it_sees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name of a result is there after a kill, and not yet durable."""
    monkeypatch.setattr("device.outbox.sync_folder", lambda _: None)
    assert is_found("a number will be used again", reader_day(), faults_of_kill_and_power_cut)


def test_negative_control_an_agent_that_trusts_what_it_sees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A result is in the store after a kill, and not yet durable."""
    monkeypatch.setattr(Store, "forget_purged", lambda _: True)
    fault = "an acknowledged result is lost"
    assert is_found(fault, agent_day(), faults_of_kill_and_power_cut, "fdatasync")


def is_found(fault: str, day: Day, faults_of: FaultsOf, call: str = "") -> bool:
    """Whether any kill, or one at such a call, shows it; from the day's end, where most is kept."""
    with memory_folder() as folder:
        points = (point for point in reversed(points_of(day, folder)) if call in point.call)
        return any(fault in faults_of(day, point, folder) for point in points)
