"""Several events change the store in one transaction, and nobody is told before it is on the disk.

All of them wait together for one sync of the disk, instead of each for its own. A fault in one
takes back what that one changed and meant to say, and nothing else.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agent.store import Store

Act = Callable[[], None]


class GroupCommit:
    """The changes of one thread, and what waits for them.

    Args:
        store: Of that thread alone.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Act] = []

    def once_kept(self, act: Act) -> None:
        """Do this when all that was changed until now is on the disk: see `due`."""
        self._waiting.append(act)

    @contextmanager
    def together(self) -> Iterator[None]:
        """All changes inside are on the disk when it ends, and what waits for them is due.

        Raises:
            StoreUnavailableError: None of them is, and nothing is due.
        """
        try:
            with self._store.transaction():
                yield
        except BaseException:
            self._waiting.clear()
            raise

    @contextmanager
    def event(self) -> Iterator[None]:
        """One of the events inside `together`: an exception takes back this one alone."""
        waiting_before = len(self._waiting)
        try:
            with self._store.transaction():
                yield
        except BaseException:
            del self._waiting[waiting_before:]
            raise

    def due(self) -> list[Act]:
        """What waited, in order; to be asked outside `together`, each act is given once."""
        acts, self._waiting = self._waiting, []
        return acts
