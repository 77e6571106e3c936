"""Whole visits through all processes while the reader believes in another time.

Its results say honestly where their time comes from: from the agent, or from nowhere.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from hostlink.messages import Moment
from hostlink.signing import verify_result
from hostlink.terms import TimeSource
from tests.flows.desk import Desk
from tests.flows.wrong_clock import WrongClock

POWER_CUT = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
BEFORE_32_BITS_END = datetime(2038, 1, 19, 3, 14, 5, tzinfo=UTC)
"""Two seconds later a signed 32-bit number of seconds is full."""
YESTERDAY = timedelta(days=-1)
HONEST_WITHIN_S = 120
A_LIFETIME_S = 50 * 365 * 86_400


@pytest.fixture
def clock(tmp_path: Path) -> WrongClock:
    return WrongClock(tmp_path / "clock")


@pytest.fixture
def restarted(desk: Desk, clock: WrongClock) -> Iterator[Desk]:
    """The desk, whose reader goes by that clock from its next start on."""
    yield desk
    desk.bench.kill("device")
    desk.bench.start("device")
    desk.stand_before_screen_again()


def start_reader(desk: Desk, clock: WrongClock, now: datetime) -> None:
    clock.set(now)
    desk.bench.kill("device")
    desk.bench.start("device", environment=clock.environment())
    desk.stand_before_screen_again()


def issued_at(desk: Desk) -> list[Moment]:
    """When the results say they were made, in the order of their numbers."""
    roots = x509.load_pem_x509_certificates(desk.bench.provisioned.root.read_bytes())
    path = desk.bench.folder / "agent.sqlite"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        rows = store.execute("SELECT cose FROM results ORDER BY seq").fetchall()
    return [verify_result(cose, tuple(roots)).claims.issued_at for (cose,) in rows]


def is_honest(moment: Moment) -> bool:
    off_s = abs(moment.unix_ms / 1000 - datetime.now(UTC).timestamp())
    return off_s <= moment.uncertainty_s + HONEST_WITHIN_S


def test_negative_control_a_reader_that_believes_its_own_clock() -> None:
    for time in (POWER_CUT, BEFORE_32_BITS_END, datetime.now(UTC) + YESTERDAY):
        assert not is_honest(Moment(round(time.timestamp() * 1000), 3, TimeSource.RTC))


@pytest.mark.parametrize("time", [POWER_CUT, BEFORE_32_BITS_END], ids=lambda at: at.year)
def test_a_visit_at_a_wrong_time(restarted: Desk, clock: WrongClock, time: datetime) -> None:
    start_reader(restarted, clock, time)
    restarted.complete_visit()
    last = issued_at(restarted)[-1]
    assert last.source is TimeSource.AGENT
    assert last.uncertainty_s < HONEST_WITHIN_S
    assert is_honest(last)


def test_the_clock_jumps_during_a_visit(restarted: Desk, clock: WrongClock) -> None:
    start_reader(restarted, clock, datetime.now(UTC))
    before = len(restarted.completed())
    restarted.lay()
    restarted.go_on_until("pin")
    clock.set(POWER_CUT)
    restarted.go_on_until("consent_all")
    clock.set(datetime.now(UTC) + YESTERDAY)
    restarted.go_on_until("finished")
    restarted.take()
    restarted.wait_until(lambda: len(restarted.completed()) == before + 1, "the result")
    assert is_honest(issued_at(restarted)[-1])


def test_a_result_made_before_any_agent_says_that_its_time_means_nothing(
    restarted: Desk, clock: WrongClock
) -> None:
    before = len(restarted.results())
    restarted.bench.cable.unplug()
    start_reader(restarted, clock, POWER_CUT)
    restarted.lay()
    restarted.go_on_until("take_card")
    restarted.take()
    restarted.bench.cable.plug_in()
    restarted.wait_until(lambda: len(restarted.results()) == before + 1, "the record")
    restarted.complete_visit()
    *_, untold, told = issued_at(restarted)
    assert untold.source is TimeSource.NONE
    assert untold.uncertainty_s > A_LIFETIME_S
    assert is_honest(untold)
    assert told.source is TimeSource.AGENT
