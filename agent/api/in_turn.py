"""One thread for all that reads or writes the store: the server's loop never waits for a disk.

The store, the board's documents and the clinic's list are used by this thread alone, one piece of
work after the other.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

Wanted = ParamSpec("Wanted")
Answer = TypeVar("Answer")


class InTurn:
    """The thread."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="api-store")

    async def do(
        self, work: Callable[Wanted, Answer], *args: Wanted.args, **more: Wanted.kwargs
    ) -> Answer:
        """Let it do this, and wait without blocking others."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(work, *args, **more))

    def close(self) -> None:
        """End when what is under way has ended."""
        self._pool.shutdown(wait=True, cancel_futures=True)
