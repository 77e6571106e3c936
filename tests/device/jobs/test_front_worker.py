"""A camera that hangs is left behind with its thread; whoever waits is served by a fresh one."""

import threading
from collections.abc import Iterator

import pytest

from device.jobs.front_worker import FrontWorker
from tests.device.posted import LONGEST_WAIT_S, finish

SOON_S = 0.02


class Hanging:
    """A driver that gives no picture until the test ends."""

    def __init__(self) -> None:
        self.is_held = threading.Event()
        self.let_go = threading.Event()
        self.has_ended = threading.Event()

    def __call__(self) -> None:
        self.is_held.set()
        self.let_go.wait(LONGEST_WAIT_S)
        self.has_ended.set()


@pytest.fixture
def camera() -> Iterator[Hanging]:
    made = Hanging()
    yield made
    made.let_go.set()


@pytest.fixture
def worker() -> Iterator[FrontWorker]:
    made = FrontWorker(SOON_S)
    yield made
    made.stop()


def test_jobs_are_done_in_order_and_none_in_time_is_late(worker: FrontWorker) -> None:
    done: list[int] = []
    late = threading.Event()
    for number in range(5):
        worker.submit(
            lambda number=number: done.append(number),  # type: ignore[misc]  # bound now
            on_late=late.set,
        )
    finish(worker)
    assert done == list(range(5))
    assert not late.wait(2 * SOON_S)


def test_a_crash_is_told_and_the_thread_lives(worker: FrontWorker) -> None:
    crashed = threading.Event()

    def crash() -> None:
        raise RuntimeError("what was this?")

    worker.submit(crash, on_crash=crashed.set)
    finish(worker)
    assert crashed.is_set()


def test_a_job_that_hangs_is_given_up_and_the_next_one_is_done(
    worker: FrontWorker, camera: Hanging, caplog: pytest.LogCaptureFixture
) -> None:
    late, done = threading.Event(), threading.Event()
    worker.submit(camera, on_late=late.set)
    worker.submit(done.set)
    assert late.wait(LONGEST_WAIT_S)
    assert done.wait(LONGEST_WAIT_S)
    assert not camera.has_ended.is_set()
    assert "hangs" in caplog.text
    finish(worker)


def test_without_giving_up_the_next_one_would_wait(camera: Hanging) -> None:
    """Negative control of the test above."""
    patient, done = FrontWorker(longest_s=LONGEST_WAIT_S), threading.Event()
    patient.submit(camera)
    patient.submit(done.set)
    assert camera.is_held.wait(LONGEST_WAIT_S)
    assert not done.wait(4 * SOON_S)
    camera.let_go.set()
    assert done.wait(LONGEST_WAIT_S)
    patient.stop()


def test_a_thread_that_was_left_behind_takes_no_further_job(
    worker: FrontWorker, camera: Hanging
) -> None:
    late, threads = threading.Event(), set[int]()

    def hang() -> None:
        threads.add(threading.get_ident())
        camera()

    worker.submit(hang, on_late=late.set)
    assert late.wait(LONGEST_WAIT_S)
    camera.let_go.set()
    assert camera.has_ended.wait(LONGEST_WAIT_S)
    again: set[int] = set()
    worker.submit(lambda: again.add(threading.get_ident()))
    finish(worker)
    assert again.isdisjoint(threads)
