"""Since when which parcels fail, and what the last cause was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.clock import Clock
from agent.parcels import Parcel

STUCK_AFTER = timedelta(minutes=10)
"""So long one result may hold up the later ones of a receiver that would take them."""


@dataclass(frozen=True, slots=True)
class _Failure:
    since: datetime
    cause: str


class Failing:
    """Parcels that fail in one way; used by one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[Parcel, _Failure] = {}

    def add(self, parcel: Parcel, cause: str) -> bool:
        """It failed, again or for the first time; whether it is the first time.

        Args:
            parcel: What failed.
            cause: A short technical word, never personal.
        """
        before = self._failures.get(parcel)
        self._failures[parcel] = _Failure(before.since if before else self._clock.now(), cause)
        return before is None

    def is_long(self, parcel: Parcel) -> bool:
        """Whether it has failed for `STUCK_AFTER`."""
        failure = self._failures.get(parcel)
        return failure is not None and self._clock.now() - failure.since >= STUCK_AFTER

    def cause(self, parcel: Parcel) -> str:
        """Of the last time that one failed which fails now."""
        return self._failures[parcel].cause

    def end(self, parcel: Parcel) -> None:
        """It fails in this way no more."""
        self._failures.pop(parcel, None)
