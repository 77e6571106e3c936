import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from device.workers import Worker
from tests.device.posted import finish


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker("test")
    yield made
    made.stop()


def test_jobs_are_done_in_order_on_one_thread(worker: Worker) -> None:
    done: list[int] = []
    threads: set[int] = set()
    for number in range(20):
        worker.submit(lambda number=number: done.append(number))  # type: ignore[misc]  # bound now
        worker.submit(lambda: threads.add(threading.get_ident()))
    finish(worker)
    assert done == list(range(20))
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


class Held:
    """Something that a job holds."""


def test_what_a_job_held_is_let_go_before_the_next_one_comes(worker: Worker) -> None:
    """A worker may wait for hours, and must not keep a photo meanwhile."""
    held = Held()
    seen = weakref.ref(held)
    worker.submit(lambda kept=held: None)  # type: ignore[misc]  # bound now
    finish(worker)
    del held
    gc.collect()
    assert seen() is None


def crash() -> None:
    raise ValueError("受付 太郎 1234")


def test_a_job_that_crashes_is_reported_and_the_next_one_is_done(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    worker.submit(crash, lambda: told.append("crashed"))
    worker.submit(lambda: told.append("went on"), lambda: told.append("never"))
    finish(worker)
    assert told == ["crashed", "went on"]
    assert "unexpected ValueError" in caplog.text
    assert "test_workers.py" in caplog.text


def test_the_message_of_a_crash_is_never_logged(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    worker.submit(crash)
    finish(worker)
    assert "太郎" not in caplog.text


def test_even_a_report_that_crashes_does_not_end_the_thread(worker: Worker) -> None:
    worker.submit(crash, crash)
    finish(worker)


def test_stopping_does_what_is_queued_first() -> None:
    worker, done = Worker("test"), list[int]()
    for number in range(3):
        worker.submit(lambda number=number: done.append(number))  # type: ignore[misc]  # bound now
    worker.stop()
    assert done == [0, 1, 2]
    assert not worker._thread.is_alive()


def test_stopping_does_not_wait_for_a_job_that_hangs() -> None:
    worker, released = Worker("test"), threading.Event()
    worker.submit(lambda: [released.wait(5)].clear())
    worker.stop(within_s=0.01)
    assert worker._thread.is_alive()
    released.set()
    worker.stop()
