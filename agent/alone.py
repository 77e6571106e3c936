"""One agent at a time serves with a store: two would hand everything over twice."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from agent.errors import ConfigError, StoreUnavailableError
from agent.file_lock import FileLock
from agent.folders import keep_folder


@contextmanager
def alone_with(store: Path) -> Iterator[None]:
    """Serve alone; the operating system gives the place back when the program dies.

    Args:
        store: The database; its folder is made where it is missing.

    Raises:
        ConfigError: Another agent serves with this store.
        StoreUnavailableError: Nothing can be kept beside it.
    """
    with closing(_lock_beside(store)) as lock, ExitStack() as held:
        try:
            held.enter_context(lock)
        except TimeoutError:
            raise ConfigError(
                f"another agent is running with {store.name}; stop it first, or use that one."
            ) from None
        yield


def _lock_beside(store: Path) -> FileLock:
    try:
        keep_folder(store.parent)
        return FileLock(store.with_suffix(".serving"))
    except OSError as error:
        raise StoreUnavailableError(f"{store}: {error}") from error
