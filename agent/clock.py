"""The reception PC's two clocks, told to everything that needs a time."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from time import monotonic
from typing import Protocol

JAPAN = timezone(timedelta(hours=9), "JST")
"""Japan has one time zone and no summer time: the days of certificates begin and end in it, and
files for reception software use it."""


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Wall time with time zone UTC."""
        ...

    def monotonic_ms(self) -> float:
        """Milliseconds since this machine was started; equal in all its processes."""
        ...


class SystemClock:
    """The clocks of the operating system."""

    def now(self) -> datetime:
        """Wall time with time zone UTC."""
        return datetime.now(UTC)

    def monotonic_ms(self) -> float:
        """Milliseconds since start; on Linux the same line in all processes."""
        return monotonic() * 1000


def unix_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of a moment with time zone."""
    return round(moment.timestamp() * 1000)


def moment_of(milliseconds: int) -> datetime:
    """The moment, in UTC, that lies this many milliseconds after 1970."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def day_in_japan(moment: datetime) -> date:
    """The day that reception counts it to."""
    return moment.astimezone(JAPAN).date()


def milliseconds_of(day: date) -> range:
    """All milliseconds since 1970 that reception counts to a day."""
    start = datetime.combine(day, time.min, JAPAN)
    return range(unix_ms(start), unix_ms(start + timedelta(days=1)))


def rfc_3339(moment: datetime) -> str:
    """The moment as RFC 3339 writes it, with milliseconds and the offset of Japan."""
    return moment.astimezone(JAPAN).isoformat(timespec="milliseconds")
