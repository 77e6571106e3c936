"""Where the events of jobs and intakes arrive in a test."""

import queue
import threading
from typing import Protocol

from device.visit.events import Event
from device.workers import Job

LONGEST_WAIT_S = 30.0


class Posted:
    """Every event, in order; waits for the next one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._waiting: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._waiting.put(event)

    def next(self) -> Event:
        return self._waiting.get(timeout=LONGEST_WAIT_S)


class Works(Protocol):
    """A thread that does jobs in the order they came."""

    def submit(self, job: Job) -> None:
        """Add a job."""
        ...


def finish(worker: Works) -> None:
    """Wait until the worker has done everything it was given."""
    done = threading.Event()
    worker.submit(done.set)
    assert done.wait(LONGEST_WAIT_S)
