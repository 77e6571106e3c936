"""What a technician wants to know about the cable; part of status and diagnostics."""

from collections import Counter, deque
from dataclasses import dataclass, field, fields

from hostlink.messages import LinkCounters, ResetCount
from hostlink.reset import ResetReason

_ROUND_TRIPS_KEPT = 512
_REASONS = {reason.value: reason.name for reason in ResetReason}


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
        round_trips_us = sorted(round(1e6 * seconds) for seconds in self.round_trips_s.copy())
        resets = sorted(self.resets.copy().items())
        return LinkCounters(
            frames_received=self.frames_received,
            bad_crc=self.bad_crc,
            gaps=self.gaps,
            repeated=self.repeated,
            stale=self.stale,
            ignored=self.ignored,
            sessions=self.sessions,
            resets=tuple(ResetCount(int(reason), times) for reason, times in resets),
            rtt_p50_us=_percentile(round_trips_us, 50),
            rtt_p99_us=_percentile(round_trips_us, 99),
        )


def counters_as_json(counters: LinkCounters) -> dict[str, object]:
    """For a status file or a diagnostic bundle; nothing personal is in it."""
    plain = {field.name: getattr(counters, field.name) for field in fields(counters)}
    # The other end may be of a later version and know reasons that this one does not.
    resets = {_REASONS.get(each.reason, str(each.reason)): each.times for each in counters.resets}
    return plain | {"resets": resets}


def _percentile(ordered: list[int], percent: int) -> int | None:
    return ordered[(len(ordered) - 1) * percent // 100] if ordered else None
