"""For tests that send a printed code and do not ask what became of it."""

from contextlib import AbstractContextManager, nullcontext


def unwatched(_tries_left: int) -> AbstractContextManager[None]:
    """A `Sending` that lets every code through."""
    return nullcontext()
