import time
import weakref
from collections.abc import Iterator
from threading import Event

import pytest

from device.reader.blocking_calls import BlockingCalls
from device.reader.errors import CardLostError, CardTimeoutError
from tests.device.posted import LONGEST_WAIT_S


@pytest.fixture
def calls() -> Iterator[BlockingCalls]:
    runner = BlockingCalls(deadline_s=0.2, budget_s=60)
    yield runner
    runner.close(nothing)


def nothing() -> None:
    """Nothing is left to be done."""


def test_gives_the_result(calls: BlockingCalls) -> None:
    assert calls.run(lambda: 7, calls.new_deadline()) == 7


def test_gives_the_error(calls: BlockingCalls) -> None:
    def fail() -> int:
        raise CardLostError

    with pytest.raises(CardLostError):
        calls.run(fail, calls.new_deadline())
    assert calls.run(lambda: 8, calls.new_deadline()) == 8


class Secret:
    """Something whose life can be watched."""

    def show(self) -> int:
        return 7


def test_nothing_of_a_call_is_kept_until_the_next_one(calls: BlockingCalls) -> None:
    secret = Secret()
    watched = weakref.ref(secret)
    assert calls.run(secret.show, calls.new_deadline()) == 7
    del secret
    assert is_gone_soon(watched)


def is_gone_soon(watched: "weakref.ref[Secret]") -> bool:
    """The thread lets go only after the owner has the result."""
    ends_at_s = time.monotonic() + 1
    while watched() is not None and time.monotonic() < ends_at_s:
        time.sleep(0.001)
    return watched() is None


def test_the_deadline_ends_the_wait_and_the_last_call_follows_the_late_one() -> None:
    calls, release, ended = BlockingCalls(deadline_s=0.02, budget_s=60), Event(), Event()
    with pytest.raises(CardTimeoutError):
        calls.run(lambda: release.wait(LONGEST_WAIT_S), calls.new_deadline())
    assert calls.hangs
    calls.close(ended.set)
    assert not ended.is_set()
    release.set()
    assert ended.wait(LONGEST_WAIT_S)


def test_closing_waits_for_the_last_call(calls: BlockingCalls) -> None:
    ended: list[bool] = []

    def end_slowly() -> None:
        time.sleep(0.05)
        ended.append(True)

    calls.close(end_slowly)
    assert ended == [True]


def test_calls_that_belong_together_share_a_deadline(calls: BlockingCalls) -> None:
    begun: list[int] = []
    ends_at_s = calls.new_deadline()

    def call() -> None:
        begun.append(1)
        time.sleep(0.07)

    def talk() -> None:
        for _ in range(20):
            calls.run(call, ends_at_s)

    with pytest.raises(CardTimeoutError):
        talk()
    assert len(begun) <= 3


def test_a_call_whose_deadline_has_passed_is_not_begun(calls: BlockingCalls) -> None:
    begun = Event()
    with pytest.raises(CardTimeoutError):
        calls.run(begun.set, time.monotonic())
    assert not calls.hangs
    assert calls.run(begun.is_set, calls.new_deadline()) is False


def test_the_budget_ends_a_dialogue_of_calls_just_below_the_deadline() -> None:
    calls, never = BlockingCalls(deadline_s=1, budget_s=0.05), Event()

    def talk() -> None:
        for _ in range(20):
            calls.run(lambda: never.wait(0.01), calls.new_deadline())

    with pytest.raises(CardTimeoutError):
        talk()
    calls.close(nothing)


def test_a_spent_budget_begins_nothing_but_the_last_call() -> None:
    calls, begun, ended = BlockingCalls(deadline_s=1, budget_s=0), Event(), Event()
    with pytest.raises(CardTimeoutError):
        calls.run(begun.set, calls.new_deadline())
    calls.close(ended.set)
    assert ended.is_set()
    assert not begun.is_set()


@pytest.mark.parametrize(("budget_s", "is_enough"), [(1.0, True), (0.99, False)])
def test_whether_the_budget_holds_a_whole_deadline(budget_s: float, *, is_enough: bool) -> None:
    calls = BlockingCalls(deadline_s=1, budget_s=budget_s)
    assert calls.has_whole_deadline is is_enough
    calls.close(nothing)
