import time

import pytest

from device.clock import Clock, monotonic_ms
from hostlink.terms import TimeSource

AGENT_MS = 1_795_000_000_000
CENTURY_S = 100 * 365 * 86_400


@pytest.fixture
def now_s(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic second, to be set by the test."""
    told = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: told[0])
    return told


def test_an_untold_clock_admits_that_it_knows_nothing() -> None:
    moment = Clock().now()
    assert (moment.source, moment.uncertainty_s) == (TimeSource.NONE, CENTURY_S)


def test_a_told_clock_runs_on_from_what_it_was_told(now_s: list[float]) -> None:
    clock = Clock()
    clock.set_from_agent(AGENT_MS)
    now_s[0] += 90.25
    moment = clock.now()
    assert moment.unix_ms == AGENT_MS + 90_250
    assert (moment.source, moment.uncertainty_s) == (TimeSource.AGENT, 4)


@pytest.mark.parametrize(("hours", "uncertainty_s"), [(0, 3), (2, 4), (4, 4), (24, 8)])
def test_its_uncertainty_grows_and_is_never_understated(
    now_s: list[float], hours: int, uncertainty_s: int
) -> None:
    clock = Clock()
    clock.set_from_agent(AGENT_MS)
    now_s[0] += hours * 3600
    drifted_s = 0.5 + hours * 3600 * 50e-6
    assert clock.now().uncertainty_s == uncertainty_s >= drifted_s


@pytest.mark.parametrize("correction_ms", [-3_600_000, -20, 0, 20, 86_400_000])
def test_the_newest_word_of_the_agent_counts_even_backwards(
    now_s: list[float], correction_ms: int
) -> None:
    clock = Clock()
    clock.set_from_agent(AGENT_MS)
    now_s[0] += 60
    clock.set_from_agent(AGENT_MS + 60_000 + correction_ms)
    assert clock.now().unix_ms == AGENT_MS + 60_000 + correction_ms


def test_a_wall_clock_that_jumps_does_not_move_a_told_clock(
    now_s: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    clock.set_from_agent(AGENT_MS)
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert clock.now().unix_ms == AGENT_MS


def test_the_monotonic_clock_never_goes_back() -> None:
    told = [monotonic_ms() for _ in range(100)]
    assert told == sorted(told)
