"""Work that may hang, such as on a share that is away: waited for a while, then done without.

The thread is a daemon's: a dead share may hold it for ever, and nothing is lost with it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class AskedWithPatience:
    """One thread that does one thing after the other.

    Args:
        patience_s: Longest wait for an answer, in seconds.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._late: Future[Any] | None = None
        threading.Thread(target=self._work, name="patients", daemon=True).start()

    def begin(self, work: Callable[[], object]) -> None:
        """Let it be done; nobody waits."""
        self._queue.put((Future(), work))

    def ask(self, work: Callable[[], Answer]) -> Answer:
        """Let it be done and wait.

        Raises:
            TimeoutError: It took too long, or something before it still does.
        """
        if self._late is not None and not self._late.done():
            raise TimeoutError
        answer: Future[Answer] = Future()
        self._queue.put((answer, work))
        try:
            return answer.result(self._patience_s)
        except TimeoutError:
            self._late = answer
            raise

    def _work(self) -> None:
        while True:
            answer, work = self._queue.get()
            try:
                answer.set_result(work())
            except Exception as error:  # noqa: BLE001 - for whoever asked
                answer.set_exception(error)
