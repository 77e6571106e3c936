"""A deadline for calls that have none.

PC/SC waits for a card as long as the card likes. Each session's blocking calls therefore run on
one thread of their own, and the session's owner waits for them only until the deadline.

Source: facts/platform.md §1.6 (a hung card blocks SCardTransmit; PC/SC has no time-out).
"""

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import TypeVar

from device.reader.errors import CardTimeoutError

T = TypeVar("T")


class BlockingCalls:
    """One daemon thread that does one blocking call after the other.

    A card that stays just below the deadline every time comes to its end by the budget. After
    a `CardTimeoutError` the thread hangs in the late call: use the object no more.
    """

    def __init__(self, deadline_s: float, budget_s: float) -> None:
        """Starts the thread.

        Args:
            deadline_s: longest time for one call.
            budget_s: longest time for all calls together; time between calls does not count.
        """
        self._deadline_s = deadline_s
        self._budget_s = budget_s
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        Thread(target=self._work, name="card-calls", daemon=True).start()

    def run(self, call: Callable[[], T], clean_up: Callable[[Future[T]], None]) -> T:
        """The result of `call`, if it comes in time.

        Args:
            call: may block for ever.
            clean_up: runs when a call that came too late has ended after all.

        Raises:
            CardTimeoutError: the deadline passed, or the budget is spent.
        """
        outcome: Future[T] = Future()
        begun_s = monotonic()
        self._calls.put(lambda: _carry_out(call, outcome))
        try:
            return outcome.result(min(self._deadline_s, self._budget_s))
        except TimeoutError:
            outcome.add_done_callback(clean_up)
            raise CardTimeoutError from None
        finally:
            self._budget_s = max(0.0, self._budget_s - (monotonic() - begun_s))

    def close(self) -> None:
        """Lets the thread end once it has nothing left to do."""
        self._calls.put(None)

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
