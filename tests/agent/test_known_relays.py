"""A relay with a new name gets what no earlier one has, and nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from agent.known_relays import OLDER, introduce_relays
from agent.restore import WHY
from agent.schema import DELIVERIES
from tests.agent.delivery_bench import VISITS, Bench, LosingFolder, WholeDelivery, real_relay
from tests.agent.test_delivery import deliver_all
from tests.agent.test_delivery_sent import Receiver

KEEP = timedelta(hours=12)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Of two results one is handed over under the old name, and both are kept."""
    made = Bench(tmp_path)
    introduce_relays(made.store, ["old"])
    made.receive(*VISITS)
    delivery = made.delivery(keep=KEEP, old=Receiver([]))
    assert delivery.deliver(delivery.outstanding()[0])
    return made


def outstanding(bench: Bench, **relays: Receiver) -> list[tuple[str, int]]:
    delivery: WholeDelivery = bench.delivery(keep=KEEP, **relays)
    return [(parcel.relay, parcel.seq) for parcel in delivery.outstanding()]


def test_a_renamed_relay_goes_on_where_it_was(bench: Bench) -> None:
    introduce_relays(bench.store, ["new"])
    assert outstanding(bench, new=Receiver([])) == [("new", 2)]


def test_negative_control_a_name_that_nobody_introduced(bench: Bench) -> None:
    assert outstanding(bench, new=Receiver([])) == [("new", 1), ("new", 2)]


def test_a_relay_that_is_added_gets_what_still_waited_and_what_comes(bench: Bench) -> None:
    introduce_relays(bench.store, ["old", "new"])
    receivers = {"old": Receiver([]), "new": Receiver([])}
    assert outstanding(bench, **receivers) == [("old", 2), ("new", 2)]
    delivery = bench.delivery(keep=KEEP, **receivers)
    assert deliver_all(delivery)
    introduce_relays(bench.store, ["old", "new"])
    assert outstanding(bench, **receivers) == []


def test_what_an_added_relay_does_not_get_is_told_as_such_and_not_as_sent(bench: Bench) -> None:
    introduce_relays(bench.store, ["old", "new"])
    rows = select(DELIVERIES.c.relay, DELIVERIES.c.parked).where(DELIVERIES.c.is_done == 1)
    assert sorted(bench.store.rows(rows)) == [("new", OLDER), ("old", None)]


def test_what_one_of_two_has_not_got_is_not_lost_by_its_new_name(bench: Bench) -> None:
    introduce_relays(bench.store, ["old", "away"])
    # Nothing arrives while "away" is away; "old" takes the second one.
    delivery = bench.delivery(keep=KEEP, old=Receiver([]))
    assert deliver_all(delivery)
    introduce_relays(bench.store, ["old", "back"])
    assert outstanding(bench, old=Receiver([]), back=Receiver([])) == [("back", 2)]


def test_a_renamed_relay_does_not_wait_for_another_that_is_behind(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    introduce_relays(made.store, ["taken", "away"])
    made.receive(*VISITS)
    delivery = made.delivery(keep=KEEP, taken=Receiver([]))
    assert deliver_all(delivery)
    introduce_relays(made.store, ["renamed", "away"])
    found = outstanding(made, renamed=Receiver([]), away=Receiver([]))
    assert found == [("away", 1), ("away", 2)]


def test_what_waits_for_staff_waits_for_them_under_the_new_name(bench: Bench) -> None:
    delivery = bench.delivery(keep=KEEP, old=Receiver([]))
    delivery.park(delivery.outstanding()[0], WHY)
    introduce_relays(bench.store, ["new"])
    assert outstanding(bench, new=Receiver([])) == []
    (parked,) = bench.delivery(new=Receiver([])).parked()
    assert (parked.relay, parked.seq, parked.why) == ("new", 2, WHY)


def test_a_relay_that_is_taken_out_leaves_nothing_to_decide(bench: Bench) -> None:
    delivery = bench.delivery(keep=KEEP, old=Receiver([]))
    delivery.park(delivery.outstanding()[0], "HTTP 422")
    introduce_relays(bench.store, ["old", "other"])
    introduce_relays(bench.store, ["other"])
    assert [each.relay for each in bench.delivery(other=Receiver([])).parked()] == []


def test_renamed_forth_and_back_it_gets_nothing_twice(bench: Bench) -> None:
    lost = LosingFolder(real_relay(bench.reception), lambda: None)
    assert not deliver_all(bench.delivery(keep=KEEP, old=lost)), "the second one is prepared"
    introduce_relays(bench.store, ["new"])
    assert deliver_all(bench.delivery(keep=KEEP, new=real_relay(bench.reception)))
    introduce_relays(bench.store, ["old"])
    assert outstanding(bench, old=Receiver([])) == []


def test_a_start_without_any_relay_is_no_rename(bench: Bench) -> None:
    introduce_relays(bench.store, [])
    introduce_relays(bench.store, ["new"])
    assert outstanding(bench, new=Receiver([])) == [("new", 2)]


def test_the_first_start_takes_all_relays_for_known(tmp_path: Path) -> None:
    """Also of a store that is older than their names in it: nothing that waits is lost."""
    made = Bench(tmp_path)
    made.receive(*VISITS)
    delivery = made.delivery(keep=KEEP, old=Receiver([]))
    assert deliver_all(delivery)
    introduce_relays(made.store, ["old", "away"])
    away = [("away", 1), ("away", 2)]
    assert outstanding(made, old=Receiver([]), away=Receiver([])) == away
