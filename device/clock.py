"""What time it is, as honestly as a reader without a battery clock can say.

After a power cut the wall clock of a Raspberry Pi is 1970 or stale, so until the agent has
told the time every moment carries `TimeSource.NONE` and a huge uncertainty. The agent's newest
word counts, even where it sets the clock back: each moment tells its own uncertainty, and the
order of results is told by their numbers and by the monotonic clock, never by this one.

Source: facts/security.md §5.3.
"""

import math
import threading
import time

from hostlink.messages import Moment
from hostlink.terms import TimeSource

_UNTOLD_UNCERTAINTY_S = 100 * 365 * 86_400
_TOLD_UNCERTAINTY_S = 3.0
"""The agent's word may be as old as the link's handshake may last (docs/HOSTLINK.md §4)."""
_DRIFT_PER_S = 50e-6
"""A Raspberry Pi's crystal is off by some tens of parts per million."""


class Clock:
    """The reader's wall clock: monotonic time plus what the agent said last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: tuple[int, float] | None = None
        """The agent's Unix time in ms, and the monotonic second it was told at."""

    def set_from_agent(self, unix_ms: int) -> None:
        """Take the time from the agent; it came through the encrypted session."""
        with self._lock:
            self._told = (unix_ms, time.monotonic())

    def now(self) -> Moment:
        """The best known time, with how far it may be off."""
        with self._lock:
            told = self._told
        if told is None:
            return Moment(time.time_ns() // 1_000_000, _UNTOLD_UNCERTAINTY_S, TimeSource.NONE)
        unix_ms, at_s = told
        age_s = time.monotonic() - at_s
        uncertainty_s = math.ceil(_TOLD_UNCERTAINTY_S + age_s * _DRIFT_PER_S)
        return Moment(unix_ms + int(age_s * 1000), uncertainty_s, TimeSource.AGENT)


def boot_time_s() -> float:
    """Seconds since the machine was started; nobody sets this clock, and it goes on in sleep."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def monotonic_ms() -> float:
    """Milliseconds of the machine's own monotonic clock, the same for every process on it."""
    return time.monotonic_ns() / 1_000_000
