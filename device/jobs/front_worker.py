"""The thread of the camera over the card: one that hangs is left behind, and a fresh one goes on.

A camera driver can block for ever. Neither this patient nor the next may wait for it.
"""

import logging
import threading
from collections import deque
from dataclasses import dataclass

from device.workers import Job, Worker

_log = logging.getLogger(__name__)

LONGEST_S = 12.0
"""One look at a card, well above what a camera and a slow processor need for it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """One job, and whom to tell when it ends otherwise."""

    job: Job
    on_crash: Job
    on_late: Job


class FrontWorker:
    """Does its jobs one after another, and gives up each that takes too long."""

    def __init__(self, longest_s: float = LONGEST_S) -> None:
        """Starts the thread.

        Args:
            longest_s: A job may take so long from when it begins.
        """
        self._longest_s = longest_s
        self._lock = threading.Lock()
        """Jobs come from the visit's and the card's thread, and lateness from a timer's."""
        self._waiting: deque[_Look] = deque()
        self._worker = Worker("front")

    def submit(self, job: Job, on_crash: Job = lambda: None, on_late: Job = lambda: None) -> None:
        """Add a job.

        Args:
            job: What to do. Errors it expects it turns into events itself.
            on_crash: Called when the job raised something unexpected.
            on_late: Called when the job took too long; whatever it still does comes too late.
        """
        with self._lock:
            self._waiting.append(_Look(job, on_crash, on_late))
            self._wake(self._worker)

    def stop(self, within_s: float = 5.0) -> None:
        """Finish what is queued and end; a job that hangs is left to the process's end."""
        self._worker.stop(within_s)

    def _wake(self, worker: Worker) -> None:
        worker.submit(lambda: self._do_next(worker))

    def _do_next(self, worker: Worker) -> None:
        with self._lock:
            if worker is not self._worker or not self._waiting:
                return
            look = self._waiting.popleft()
        timer = threading.Timer(self._longest_s, lambda: self._give_up(worker, look))
        timer.daemon = True
        timer.start()
        try:
            look.job()
        except Exception:
            look.on_crash()
            raise
        finally:
            timer.cancel()
            # Whatever belongs to a patient is let go before anybody can ask.
            timer.join()

    def _give_up(self, worker: Worker, look: _Look) -> None:
        """Leave the thread to its camera, and what waits behind it to a fresh one."""
        _log.error("the camera over the card hangs; its thread is left behind")
        with self._lock:
            if worker is self._worker:
                self._worker = Worker("front")
                for _ in self._waiting:
                    self._wake(self._worker)
        worker.stop(within_s=0.0)
        look.on_late()
