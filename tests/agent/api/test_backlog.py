"""The figures tell how many results wait for each relay and how many are parked."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.api.backlog import COUNT_AGAIN_MS
from agent.api.reading import Reading
from tests.agent.api.api_bench import RELAY, ApiBench


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiBench]:
    with ApiBench(tmp_path) as bench:
        yield bench


def told(api: ApiBench) -> dict[str, float]:
    """Those of the only relay, without a token."""
    lines = api.call("GET", "/metrics", token="").text.splitlines()
    counts = (line.split() for line in lines if f'{{relay="{RELAY}"}}' in line)
    return {name.partition("{")[0]: float(count) for name, count in counts}


def test_what_waits_and_what_is_parked_is_told(api: ApiBench) -> None:
    assert told(api) == {"uketsuke_results_waiting": 0, "uketsuke_results_parked": 0}
    refused, *_ = (api.visit_completed(number) for number in (1, 2, 3))
    api.park(refused)
    api.clock.time += timedelta(milliseconds=COUNT_AGAIN_MS)
    assert told(api) == {"uketsuke_results_waiting": 2, "uketsuke_results_parked": 1}
    api.delivery.give_up(api.delivery.parked())
    api.clock.time += timedelta(milliseconds=COUNT_AGAIN_MS)
    assert told(api) == {"uketsuke_results_waiting": 2, "uketsuke_results_parked": 0}


def test_whoever_asks_all_the_time_keeps_nobody_from_the_store(
    api: ApiBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = 0
    count = Reading.relays

    def heard(reading: Reading) -> object:
        nonlocal counted
        counted += 1
        return count(reading)

    monkeypatch.setattr(Reading, "relays", heard)
    for _ in range(5):
        told(api)
    assert counted == 1
    monkeypatch.setattr("agent.api.backlog.COUNT_AGAIN_MS", 0)
    for _ in range(5):
        told(api)
    assert counted == 6, "negative control: counted anew for each"
