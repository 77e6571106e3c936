"""Several results are handed over at about the price of one, and each as if it were alone."""

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, select
from sqlalchemy.dialects import sqlite

from agent import delivery as delivery_module
from agent import schema
from agent.errors import RelayRefusedError
from agent.folders import sync_folder
from agent.journal import Alarm, Event
from agent.parcels import still_to_deliver
from agent.receptions import IS_COMPLETED_VISIT
from agent.relays import oqs_folder
from agent.relays._oqs_profile import WriteMode
from agent.relays.oqs_folder import OqsFolder, Settings
from agent.relays.port import Prepared, Reception
from agent.schema import RESULTS
from agent.store import Store
from tests.agent.delivery_bench import Bench
from tests.agent.test_delivery import deliver_all

VISITS = [bytes([number]) * 16 for number in range(1, 6)]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.receive(*VISITS)
    return made


PLAINLY = select(RESULTS.c.seq).join(schema.VISITS, IS_COMPLETED_VISIT)


class RefusingFolder(OqsFolder):
    """Will not have the third."""

    def prepare_all(self, receptions: Sequence[Reception]) -> list[Prepared]:
        if any(each.seq == 3 for each in receptions):
            raise RelayRefusedError("no eligibility record")
        return super().prepare_all(receptions)


@pytest.fixture
def names(tmp_path: Path) -> list[str]:
    """Of the files to come, as the same results make elsewhere."""
    twin = Bench(tmp_path / "twin")
    twin.receive(*VISITS)
    assert deliver_all(twin.delivery())
    return [taken.name for taken in twin.software.look()]


def lie_in_the_way(bench: Bench, name: str) -> Callable[[], None]:
    """Something bears the name of a file to come, so that nothing can be renamed to it."""
    place = bench.reception / name
    (place / "something").mkdir(parents=True)
    return partial(shutil.rmtree, place)


def test_the_folders_are_synced_once_for_all(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []

    def count(folder: Path) -> None:
        synced.append(folder)
        sync_folder(folder)

    monkeypatch.setattr(oqs_folder, "sync_folder", count)
    delivery = bench.delivery()
    (bundle,) = delivery.bundles()
    assert [parcel.seq for parcel in bundle] == [1, 2, 3, 4, 5]
    assert delivery.deliver_together(bundle)
    of_making_the_staging_folder = 1
    assert len(synced) == of_making_the_staging_folder + 4
    assert len(bench.software.look()) == len(VISITS)
    assert deliver_all(delivery)
    assert bench.software.look() == []


def test_no_bundle_is_larger_than_the_first_of_it_can_wait_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_module, "MOST_TOGETHER", 2)
    assert [[parcel.seq for parcel in each] for each in bench.delivery().bundles()] == [
        [1, 2],
        [3, 4],
        [5],
    ]


def test_one_that_is_refused_takes_no_other_along(bench: Bench) -> None:
    relay = RefusingFolder(Settings(folder=bench.reception), lambda _: None, bench.clock)
    delivery = bench.delivery(oqs=relay)
    assert deliver_all(delivery)
    assert [parked.seq for parked in delivery.parked()] == [3]
    assert len(bench.software.look()) == len(VISITS) - 1


def test_a_folder_works_once_it_took_something(bench: Bench) -> None:
    """What is refused before anybody looks into the folder tells nothing of it."""
    relay = RefusingFolder(Settings(folder=bench.reception), lambda _: None, bench.clock)
    delivery = bench.delivery(oqs=relay)
    refused, taken = (delivery.outstanding()[place] for place in (2, 3))
    away = bench.reception.rename(bench.reception.with_name("away"))
    assert delivery.deliver(refused)
    assert not delivery.deliver(taken)
    assert Event.RELAY_BACK not in bench.journal.events
    away.rename(bench.reception)
    assert delivery.deliver(taken)
    assert bench.journal.events.count(Event.RELAY_BACK) == 1


def test_one_that_cannot_be_renamed_is_handed_over_later_and_the_others_once(
    bench: Bench, names: list[str]
) -> None:
    delivery = bench.delivery()
    clear_away = lie_in_the_way(bench, names[2])
    assert not deliver_all(delivery)
    clear_away()
    first = bench.software.look()
    assert len(first) == len(VISITS) - 1
    assert deliver_all(delivery)
    assert len(bench.software.look()) == 1
    assert Alarm.PREPARED_LOST not in bench.journal.alarms


def test_one_that_vanished_is_made_again(bench: Bench, names: list[str]) -> None:
    delivery = bench.delivery()
    obstacles = [lie_in_the_way(bench, name) for name in names[:2]]
    assert not deliver_all(delivery)
    for clear_away in obstacles:
        clear_away()
    (staged,) = bench.reception.glob(f".uketsuke-*/{names[1]}.part")
    staged.unlink()
    assert deliver_all(delivery)
    assert len(bench.software.look()) == len(VISITS)
    assert Alarm.PREPARED_LOST in bench.journal.alarms


def test_software_that_acts_on_changes_is_waited_for_once(bench: Bench) -> None:
    pauses: list[float] = []
    settings = Settings(folder=bench.reception, write_mode=WriteMode.CREATE_THEN_WRITE)
    assert deliver_all(bench.delivery(oqs=OqsFolder(settings, pauses.append, bench.clock)))
    assert len(pauses) == 1
    assert len(bench.software.look()) == len(VISITS)


def test_only_what_is_fresh_is_looked_at(bench: Bench) -> None:
    delivery = bench.delivery()
    fresh = frozenset(VISITS[1:4])
    assert [parcel.seq for parcel in delivery.outstanding(fresh)] == [2, 3, 4]
    assert delivery.outstanding(frozenset()) == []
    for bundle in delivery.bundles():
        delivery.deliver_together(bundle)
    assert delivery.forgetting.purge(fresh)
    assert len(bench.store.rows("SELECT * FROM visits")) == len(VISITS) - 3
    assert delivery.forgetting.purge()
    assert bench.store.rows("SELECT * FROM visits") == []


def plan(store: Store, find: Select[Any]) -> list[str]:
    sql = find.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return [row[3] for row in store.rows(f"EXPLAIN QUERY PLAN {sql}")]


def looks_at_all_results(store: Store, find: Select[Any]) -> bool:
    return any(step.startswith("SCAN results") for step in plan(store, find))


def test_what_is_outstanding_is_found_without_a_look_at_all_results(bench: Bench) -> None:
    outstanding = still_to_deliver(["oqs"])
    assert not looks_at_all_results(bench.store, outstanding)
    # Negative controls: what a database makes of the same question put plainly, and in order.
    assert looks_at_all_results(bench.store, PLAINLY)
    assert looks_at_all_results(bench.store, PLAINLY.order_by(RESULTS.c.arrival))
