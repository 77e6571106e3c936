"""Counters as a technician reads them."""

from hostlink.counters import Tally
from hostlink.reset import ResetReason


def test_nothing_yet() -> None:
    counters = Tally().snapshot()
    assert counters.rtt_p50_ms is None
    assert counters.resets == {}


def test_percentiles_of_the_last_round_trips() -> None:
    tally = Tally()
    tally.round_trips_s.extend([9.0] * 1000)
    tally.round_trips_s.extend(number / 1000 for number in range(1, 513))
    counters = tally.snapshot()
    assert counters.rtt_p50_ms == 256
    assert counters.rtt_p99_ms == 506


def test_snapshot_does_not_change_any_more() -> None:
    tally = Tally()
    tally.resets[ResetReason.GAP] += 1
    counters = tally.snapshot()
    tally.resets[ResetReason.GAP] += 1
    assert counters.resets == {ResetReason.GAP: 1}
