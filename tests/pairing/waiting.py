"""Waiting for what neither another process nor a link that does not come up tells of."""

import time
from collections.abc import Callable

from hostlink.link import Link, ResetReason
from tests.agent.reader_end import PATIENCE_S
from tests.hostlink.resets import resets_of


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look again and again."""
    ends_at_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < ends_at_s
        time.sleep(0.02)


def ends_of(link: Link, reason: ResetReason) -> int:
    """How many sessions ended for it."""
    return resets_of(link.counters).get(reason, 0)
