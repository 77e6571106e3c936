"""A deadline for calls that have none.

PC/SC waits for a card as long as the card likes. Each session's blocking calls therefore run on
one thread of their own, and the session's owner waits for them only until the deadline.

Source: facts/platform.md §1.6 (a hung card blocks SCardTransmit; PC/SC has no time-out).
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import TypeVar

from device.reader.errors import CardTimeoutError

T = TypeVar("T")


class BlockingCalls:
    """One daemon thread that does one blocking call after the other.

    A card that stays just below the deadline every time comes to its end by the budget. After
    a call that came too late the thread hangs in it: run no more, only `close`.
    """

    def __init__(self, deadline_s: float, budget_s: float) -> None:
        """Starts the thread.

        Args:
            deadline_s: longest time for calls that belong together.
            budget_s: longest time for all calls together; time between calls does not count.
        """
        self._deadline_s = deadline_s
        self._budget_s = budget_s
        self._hangs = False
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        Thread(target=self._work, name="card-calls", daemon=True).start()

    @property
    def has_whole_deadline(self) -> bool:
        """Whether the budget still lets a call take as long as it may."""
        return self._budget_s >= self._deadline_s

    @property
    def hangs(self) -> bool:
        """Whether a call came too late: it was begun, and nobody knows what it still does."""
        return self._hangs

    def new_deadline(self) -> float:
        """When calls that belong together and begin now must have ended, monotonic seconds."""
        return monotonic() + self._deadline_s

    def run(self, call: Callable[[], T], ends_at_s: float) -> T:
        """The result of `call`, if it comes in time.

        Args:
            call: may block for ever.
            ends_at_s: as `new_deadline` gave it.

        Raises:
            CardTimeoutError: the deadline passed, or the budget is spent; where nothing was left
                of either, `call` was not begun.
        """
        begun_s = monotonic()
        left_s = min(ends_at_s - begun_s, self._budget_s)
        if left_s <= 0:
            raise CardTimeoutError
        outcome = self._begin(call)
        try:
            return outcome.result(left_s)
        except TimeoutError:
            self._hangs = True
            raise CardTimeoutError from None
        finally:
            self._budget_s = max(0.0, self._budget_s - (monotonic() - begun_s))

    def close(self, last: Callable[[], None]) -> None:
        """Ends the thread after one last call, which no budget can keep back.

        Waits for it until a deadline, but not behind a late call: it follows when that has ended.

        Args:
            last: whatever it raises is nobody's concern any more.
        """
        outcome = self._begin(last)
        self._calls.put(None)
        if not self._hangs:
            wait([outcome], self._deadline_s)

    def _begin(self, call: Callable[[], T]) -> Future[T]:
        outcome: Future[T] = Future()
        self._calls.put(lambda: _carry_out(call, outcome))
        return outcome

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
            # While the thread waits for the next call it must not hold what this one held.
            del call


def _carry_out(call: Callable[[], T], outcome: Future[T]) -> None:
    try:
        outcome.set_result(call())
    except Exception as error:  # noqa: BLE001  it belongs to the waiting owner
        outcome.set_exception(error)
