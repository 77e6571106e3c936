"""What a technician wants to know about the cable; part of status and diagnostics."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from hostlink.reset import ResetReason

_ROUND_TRIPS_KEPT = 512


@dataclass(frozen=True, slots=True)
class LinkCounters:
    """The state of the counters at one moment, since the link was made."""

    frames_received: int
    bad_crc: int
    """Pieces between delimiters that were no sound frame."""
    gaps: int
    """Times a frame was missing."""
    repeated: int
    """Frames that had already been received; dropped."""
    stale: int
    """Frames of another epoch; dropped."""
    ignored: int
    """Frames of a type or frame version this end does not know."""
    sessions: int
    """Times the link came up."""
    resets: Mapping[ResetReason, int]
    """Ended sessions and failed attempts, by reason."""
    rtt_p50_ms: float | None
    """Round trip of the last pings, milliseconds; none before the first."""
    rtt_p99_ms: float | None

    def as_json(self) -> dict[str, object]:
        """For a status file or a diagnostic bundle; nothing personal is in it."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return plain | {"resets": {reason.name: count for reason, count in self.resets.items()}}


@dataclass(slots=True)
class Tally:
    """The counters while they count."""

    frames_received: int = 0
    bad_crc: int = 0
    gaps: int = 0
    repeated: int = 0
    stale: int = 0
    ignored: int = 0
    sessions: int = 0
    resets: Counter[ResetReason] = field(default_factory=Counter)
    round_trips_s: deque[float] = field(default_factory=lambda: deque(maxlen=_ROUND_TRIPS_KEPT))

    def snapshot(self) -> LinkCounters:
        """A copy that no longer changes; may be taken from another thread."""
        round_trips_ms = sorted(1000 * seconds for seconds in self.round_trips_s.copy())
        return LinkCounters(
            frames_received=self.frames_received,
            bad_crc=self.bad_crc,
            gaps=self.gaps,
            repeated=self.repeated,
            stale=self.stale,
            ignored=self.ignored,
            sessions=self.sessions,
            resets=dict(self.resets.copy()),
            rtt_p50_ms=_percentile(round_trips_ms, 50),
            rtt_p99_ms=_percentile(round_trips_ms, 99),
        )


def _percentile(ordered: list[float], percent: int) -> float | None:
    return ordered[(len(ordered) - 1) * percent // 100] if ordered else None
