"""Who waits for a service that is away, and who does not."""

from datetime import timedelta

import pytest

from agent.eligibility._breaker import FAILED_VISITS, PAUSE_S, Breaker
from tests.agent.world import ToldClock

PAUSE = timedelta(seconds=PAUSE_S)


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock()


@pytest.fixture
def breaker(clock: ToldClock) -> Breaker:
    return Breaker(clock)


def fail(breaker: Breaker, visits: int) -> None:
    for number in range(visits):
        assert breaker.lets_ask()
        breaker.failed(bytes([number]))


def test_a_few_failures_stop_nobody(breaker: Breaker) -> None:
    fail(breaker, FAILED_VISITS - 1)
    assert breaker.lets_ask()


def test_after_several_in_a_row_nobody_waits(breaker: Breaker, clock: ToldClock) -> None:
    fail(breaker, FAILED_VISITS)
    clock.time += PAUSE - timedelta(milliseconds=1)
    assert not breaker.lets_ask()


def test_after_a_pause_one_tries_and_the_others_do_not(breaker: Breaker, clock: ToldClock) -> None:
    fail(breaker, FAILED_VISITS)
    clock.time += PAUSE
    assert [breaker.lets_ask() for _ in range(3)] == [True, False, False]


def test_the_one_that_tried_opens_it_for_all(breaker: Breaker, clock: ToldClock) -> None:
    fail(breaker, FAILED_VISITS)
    clock.time += PAUSE
    assert breaker.lets_ask()
    breaker.answered()
    assert [breaker.lets_ask() for _ in range(3)] == [True] * 3
    fail(breaker, FAILED_VISITS - 1)
    assert breaker.lets_ask()


@pytest.mark.parametrize("is_told", [True, False], ids=["failed", "never came back"])
def test_the_one_that_tried_in_vain(breaker: Breaker, clock: ToldClock, *, is_told: bool) -> None:
    """A fault of ours that hides the outcome must not shut it for ever, nor open it for all."""
    fail(breaker, FAILED_VISITS)
    clock.time += PAUSE
    assert breaker.lets_ask()
    if is_told:
        breaker.failed(b"the one")
    assert not breaker.lets_ask()
    clock.time += PAUSE
    assert [breaker.lets_ask() for _ in range(2)] == [True, False]


def test_an_answer_in_between_starts_the_count_anew(breaker: Breaker) -> None:
    for _ in range(3):
        fail(breaker, FAILED_VISITS - 1)
        breaker.answered()
    assert breaker.lets_ask()


def test_one_question_that_always_fails_stops_nobody_else(breaker: Breaker) -> None:
    """One that waits to be looked up later is asked again and again."""
    for _ in range(10):
        assert breaker.lets_ask()
        breaker.failed(b"the same visit")


def test_a_clock_that_is_set_changes_nothing() -> None:
    """Its pauses are those of the monotonic clock."""

    class TwoClocks(ToldClock):
        milliseconds = 0.0

        def monotonic_ms(self) -> float:
            return self.milliseconds

    clock = TwoClocks()
    breaker = Breaker(clock)
    fail(breaker, FAILED_VISITS)
    clock.time -= timedelta(days=365)
    assert not breaker.lets_ask()
    clock.milliseconds = PAUSE_S * 1000
    assert breaker.lets_ask()
