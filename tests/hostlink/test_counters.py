"""Counters as a technician reads them."""

from collections import deque
from dataclasses import replace

from hostlink import codec
from hostlink.counters import Tally, counters_as_json
from hostlink.messages import DeviceReport, ResetCount, ResultCounts
from hostlink.reset import ResetReason


def test_nothing_yet() -> None:
    counters = Tally().snapshot()
    assert counters.rtt_p50_us is None
    assert counters.resets == ()


def test_percentiles_of_the_last_round_trips() -> None:
    tally = Tally()
    tally.round_trips_s.extend([9.0] * 1000)
    tally.round_trips_s.extend(number / 1000 for number in range(1, 513))
    counters = tally.snapshot()
    assert counters.rtt_p50_us == 256_000
    assert counters.rtt_p99_us == 506_000


def test_snapshot_does_not_change_any_more() -> None:
    tally = Tally()
    tally.resets[ResetReason.SILENT] += 1
    tally.resets[ResetReason.GAP] += 1
    counters = tally.snapshot()
    tally.resets[ResetReason.GAP] += 1
    assert counters.resets == (ResetCount(ResetReason.GAP, 1), ResetCount(ResetReason.SILENT, 1))


def test_what_was_counted_can_travel() -> None:
    tally = Tally(frames_received=7, round_trips_s=deque([0.0015]))
    tally.resets[ResetReason.GAP] += 1
    report = DeviceReport(ResultCounts(0, 0, 0), tally.snapshot())
    assert codec.decode(codec.encode(report)) == report


def test_reasons_are_told_by_name_and_later_ones_by_number() -> None:
    resets = (ResetCount(ResetReason.GAP, 2), ResetCount(200, 1))
    told = counters_as_json(replace(Tally(frames_received=7).snapshot(), resets=resets))
    assert told["resets"] == {"GAP": 2, "200": 1}
    assert told["frames_received"] == 7
    assert told["rtt_p50_us"] is None
