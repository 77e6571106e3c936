"""Results go out in the order in which they came, whatever the PC's clock did meanwhile."""

from datetime import timedelta
from pathlib import Path

import pytest

from agent.parcels import still_to_deliver
from agent.schema import RESULTS
from tests.agent.delivery_bench import VISITS, Bench
from tests.agent.world import TODAY, SigningReader, receive_visit
from tests.hostlink.pki import OTHER_READER, OTHER_UEID

HIGH, LOW = 70, 3
"""Numbers of two readers: a number tells the order of one reader's results alone."""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Two results, the clock being set back five minutes between them."""
    made = Bench(tmp_path)
    first = SigningReader(next_seq=HIGH)
    second = SigningReader(OTHER_READER, next_seq=LOW, ueid=OTHER_UEID)
    receive_visit(made.store, first, VISITS[0], TODAY)
    receive_visit(made.store, second, VISITS[1], TODAY - timedelta(minutes=5))
    return made


def test_a_clock_that_is_set_back_turns_nothing_round(bench: Bench) -> None:
    delivery = bench.delivery()
    assert [parcel.seq for parcel in delivery.outstanding()] == [HIGH, LOW]
    assert [parcel.seq for parcel in delivery.outstanding(frozenset(VISITS))] == [HIGH, LOW]
    for parcel in delivery.outstanding():
        delivery.park(parcel, "refused")
    assert [parked.seq for parked in delivery.parked()] == [HIGH, LOW]


def test_negative_control_by_the_clock_the_second_would_go_first(bench: Bench) -> None:
    by_clock = still_to_deliver(["oqs"]).order_by(None).order_by(RESULTS.c.received_unix_ms)
    assert [seq for _, seq, *_ in bench.store.rows(by_clock)] == [LOW, HIGH]
