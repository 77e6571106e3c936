import time
import weakref
from collections.abc import Iterator
from concurrent.futures import Future
from threading import Event

import pytest

from device.reader.blocking_calls import BlockingCalls
from device.reader.errors import CardLostError, CardTimeoutError


@pytest.fixture
def calls() -> Iterator[BlockingCalls]:
    runner = BlockingCalls(deadline_s=0.2, budget_s=60)
    yield runner
    runner.close()


def ignore(_: Future[int]) -> None:
    """Nothing to clean up."""


def test_gives_the_result(calls: BlockingCalls) -> None:
    assert calls.run(lambda: 7, ignore) == 7


def test_gives_the_error(calls: BlockingCalls) -> None:
    def fail() -> int:
        raise CardLostError

    with pytest.raises(CardLostError):
        calls.run(fail, ignore)
    assert calls.run(lambda: 8, ignore) == 8


class Secret:
    """Something whose life can be watched."""

    def show(self) -> int:
        return 7


def test_nothing_of_a_call_is_kept_until_the_next_one(calls: BlockingCalls) -> None:
    secret = Secret()
    watched = weakref.ref(secret)
    assert calls.run(secret.show, ignore) == 7
    del secret
    assert is_gone_soon(watched)


def is_gone_soon(watched: "weakref.ref[Secret]") -> bool:
    """The thread lets go only after the owner has the result."""
    ends_at_s = time.monotonic() + 1
    while watched() is not None and time.monotonic() < ends_at_s:
        time.sleep(0.001)
    return watched() is None


def test_the_deadline_ends_the_wait_and_a_late_result_is_cleaned_up(calls: BlockingCalls) -> None:
    release, cleaned, late = Event(), Event(), []

    def clean_up(outcome: Future[int]) -> None:
        late.append(outcome.result())
        cleaned.set()

    def hang() -> int:
        release.wait(5)
        return 9

    with pytest.raises(CardTimeoutError):
        calls.run(hang, clean_up)
    assert not cleaned.is_set()
    release.set()
    assert cleaned.wait(5)
    assert late == [9]


def test_a_result_in_time_is_never_cleaned_up(calls: BlockingCalls) -> None:
    def fail(_: Future[int]) -> None:
        pytest.fail("cleaned up")

    assert calls.run(lambda: 1, fail) == 1


def test_the_budget_ends_a_dialogue_of_calls_just_below_the_deadline() -> None:
    calls, never = BlockingCalls(deadline_s=1, budget_s=0.05), Event()

    def talk() -> None:
        for _ in range(20):
            calls.run(lambda: never.wait(0.01), lambda _: None)

    with pytest.raises(CardTimeoutError):
        talk()
    calls.close()
