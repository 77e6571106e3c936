"""Whether the maker's notice of newer versions can be had and believed."""

from collections.abc import Iterator
from pathlib import Path

from agent.clock import Clock
from agent.config import Config
from agent.errors import UpdateNoticeError
from agent.finding import Finding
from agent.updates.watch import updates_of


def examine(config: Config, folder: Path, clock: Clock) -> Iterator[Finding]:
    """Nothing where nobody is to be asked."""
    updates = updates_of(config, folder, clock)
    if updates is None:
        return
    try:
        notice = updates.try_out()
    except UpdateNoticeError as error:
        yield Finding(
            f"updates: the notice cannot be used, {error}",
            "Correct [updates], or tell whoever publishes the notice.",
        )
    else:
        yield Finding(f"updates: the maker's newest version is {notice.version}")
