"""One agent at a time serves with a store: two would hand everything over twice."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from agent.errors import ConfigError
from agent.file_lock import FileLock


@contextmanager
def alone_with(store: Path) -> Iterator[None]:
    """Serve alone; the operating system gives the place back when the program dies.

    Args:
        store: The database; its folder must exist.

    Raises:
        ConfigError: Another agent serves with this store.
    """
    with closing(FileLock(store.with_suffix(".serving"))) as lock, ExitStack() as held:
        try:
            held.enter_context(lock)
        except TimeoutError:
            raise ConfigError(
                f"another agent is running with {store.name}; stop it first, or use that one."
            ) from None
        yield
