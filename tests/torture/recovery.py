"""How long the link needs after a cause has gone, in simulated seconds.

It works when both ends are up in one session in which nothing was lost. A cause that is told while
it does not work starts the time anew: only then had all of them gone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from hostlink.session import Session

DETECTED_S = 1.0
"""99 of 100 faults that an end sees."""
SILENCE_S = 4.0
"""Every fault that leaves no trace."""


@dataclass
class Recovery:
    """Watches one pair of ends."""

    detected_s: list[float] = field(default_factory=list)
    silences_s: list[float] = field(default_factory=list)
    _caused_at_s: float = 0.0
    _is_silent: bool = False
    _is_working: bool = False
    _hurt: tuple[Session | None, ...] = ()

    def caused(
        self, now_s: float, *, is_silent: bool, hurt: tuple[Session | None, ...] = ()
    ) -> None:
        """Something went wrong, or stopped going wrong.

        Args:
            now_s: when.
            is_silent: whether it leaves no trace that an end could see at once.
            hurt: sessions in which something is missing now.
        """
        self._caused_at_s = now_s
        self._is_silent = is_silent or (self._is_silent and not self._is_working)
        self._hurt = (*self._hurt[-4:], *hurt)

    def observe(self, now_s: float, device: Session | None, agent: Session | None) -> None:
        """The state after a step."""
        was_working = self._is_working
        self._is_working = (
            device is not None
            and agent is not None
            and device.is_up
            and agent.is_up
            and device.epoch == agent.epoch
            and not any(each in (device, agent) for each in self._hurt if each is not None)
        )
        if self._is_working and not was_working:
            took_s = now_s - self._caused_at_s
            (self.silences_s if self._is_silent else self.detected_s).append(took_s)
            self._is_silent = False


def percentile(values: Sequence[float], of_100: float) -> float:
    """The smallest value that so many of 100 do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(of_100 / 100 * len(ordered)) - 1)] if ordered else 0.0


def spread(values: Sequence[float]) -> str:
    """For people."""
    p50, p99, slowest = (percentile(values, of_100) for of_100 in (50, 99, 100))
    return f"{len(values):,}, p50 {p50:.2f} s, p99 {p99:.2f} s, max {slowest:.2f} s"
