"""Threads that do the blocking work: one for the card, one for the camera, one for the disk.

A job that raises something nobody foresaw must not stop the reader: it is logged without its
message (which could hold anything) and reported as a failure of its turn.
"""

import logging
import queue
import threading
from collections.abc import Callable

from device.crash_notes import note_of

_log = logging.getLogger(__name__)

Job = Callable[[], None]


class Worker:
    """One thread that does its jobs in the order they came."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[tuple[Job, Job] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Job, on_crash: Job = lambda: None) -> None:
        """Add a job.

        Args:
            job: What to do. Errors it expects it turns into events itself.
            on_crash: Called when the job raised something unexpected.
        """
        self._jobs.put((job, on_crash))

    def stop(self, within_s: float = 5.0) -> bool:
        """Finish what is queued and end; a job that hangs is left to the process's end.

        Returns:
            Whether it has ended.
        """
        self._jobs.put(None)
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while self._do_next():
            pass

    def _do_next(self) -> bool:
        """Whether there may be more; what a job held is let go with it, not with the next one."""
        entry = self._jobs.get()
        if entry is None:
            return False
        job, on_crash = entry
        if not self._is_done(job):
            self._is_done(on_crash)
        return True

    def _is_done(self, job: Job) -> bool:
        try:
            job()
        except Exception as crash:  # noqa: BLE001 - the last line of defence of the thread
            _log.error("%s: unexpected %s", self._thread.name, note_of(crash))
            return False
        return True
