"""Every result reaches the folder exactly once, whatever call the agent is killed at."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from agent.inbox import Inbox
from agent.journal import Alarm, Event
from agent.relays._oqs_profile import Profile
from agent.relays.oqs_folder import OqsFolder, Settings
from agent.visits import Visits
from hostlink.signing import verify_result
from hostlink.terms import CardKind
from tests.agent.delivery_bench import (
    VISITS,
    Bench,
    LosingFolder,
    MakeRelay,
    NaiveFolder,
    ReplacingFolder,
    ShutFolder,
    WholeDelivery,
    real_relay,
)
from tests.agent.world import (
    RECORD,
    ROOTS,
    TODAY,
    SigningReader,
    ToldClock,
    abandoned,
    completed,
    options,
)
from tests.hw_sim.reception_software import ReceptionSoftware, RefusedFileError
from tests.interruptions.syscalls import call_points, run_traced

FEWEST_KILL_POINTS = 20
NAME_IN_STORE = "受付　太郎".encode()


@pytest.fixture
def empty(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def bench(empty: Bench) -> Bench:
    empty.receive(*VISITS)
    return empty


def deliver_all(delivery: WholeDelivery) -> bool:
    """As the service does."""
    outcomes = []
    for bundle in delivery.bundles():
        if not delivery.deliver_together(bundle):
            outcomes += [delivery.deliver(parcel) for parcel in bundle]
    return delivery.forgetting.purge() and all(outcomes)


def test_delivers_each_result_once_and_forgets_the_patient(bench: Bench) -> None:
    assert NAME_IN_STORE in bench.bytes_on_disk()
    delivery = bench.delivery()

    assert deliver_all(delivery)

    assert len(bench.software.look()) == len(VISITS)
    assert deliver_all(delivery)
    assert bench.software.look() == []
    assert NAME_IN_STORE not in bench.bytes_on_disk()
    assert bench.journal.events.count(Event.RECEPTION_FILE_WRITTEN) == len(VISITS)
    assert bench.journal.events.count(Event.VISIT_PURGED) == len(VISITS)
    assert bench.journal.events.count(Event.RELAY_BACK) == 1, "it is known to work"


def test_without_secure_delete_the_name_would_stay(bench: Bench) -> None:
    """Negative control of the purge: the same search finds the name."""
    bench.store.rows("PRAGMA secure_delete = OFF")

    deliver_all(bench.delivery())

    assert NAME_IN_STORE in bench.bytes_on_disk()


def test_a_shut_relay_holds_up_only_itself(bench: Bench, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shut = ShutFolder(real_relay(other))
    delivery = bench.delivery(oqs=real_relay(bench.reception), other=shut)

    assert not deliver_all(delivery)
    assert not deliver_all(delivery)
    assert len(bench.software.look()) == len(VISITS)
    assert bench.journal.events.count(Event.RELAY_BACK) == 1
    assert bench.journal.alarms == [Alarm.RELAY_UNAVAILABLE]
    assert NAME_IN_STORE in bench.bytes_on_disk()

    shut.is_shut = False
    assert deliver_all(delivery)
    assert bench.journal.events.count(Event.RELAY_BACK) == 2
    assert len(ReceptionSoftware(other, today="20261122").look()) == len(VISITS)
    assert bench.software.look() == []
    assert NAME_IN_STORE not in bench.bytes_on_disk()


def test_what_a_folder_was_prepared_for_is_never_given_up_by_time(bench: Bench) -> None:
    """It may lie there already: parked and sent again it would be there twice."""
    delivery = bench.delivery(oqs=ShutFolder(real_relay(bench.reception)))
    assert not deliver_all(delivery)
    bench.clock.time += timedelta(hours=100)
    assert not any(map(delivery.has_failed_long, delivery.outstanding()))


def test_what_its_software_cannot_read_is_parked_and_replayed(bench: Bench) -> None:
    """A folder refuses before it hands over, so what is sent again is there once."""
    clock = ToldClock(TODAY + timedelta(days=1))
    settings = Settings(bench.reception, profile=Profile.MYNARECEPTION)
    delivery = bench.delivery(oqs=OqsFolder(settings, lambda _: None, clock))

    assert deliver_all(delivery)
    assert bench.journal.alarms == [Alarm.RELAY_REFUSED] * len(VISITS)
    assert {each.why for each in delivery.parked()} == {
        "software of the profile mynareception reads files of today only"
    }
    assert NAME_IN_STORE in bench.bytes_on_disk()
    assert list(bench.reception.glob("**/OQS*")) == []

    clock.time = TODAY
    delivery.replay(delivery.parked())
    assert deliver_all(delivery)
    assert len(bench.software.look()) == len(VISITS)
    assert NAME_IN_STORE not in bench.bytes_on_disk()


def test_staff_are_told_in_which_fields_geta_stands(bench: Bench) -> None:
    relay = ReplacingFolder(real_relay(bench.reception))
    assert deliver_all(bench.delivery(oqs=relay))
    told = [each.detail for each in bench.journal.heard if each.alarm]
    assert bench.journal.alarms == [Alarm.CHARACTER_REPLACED] * len(VISITS)
    assert told == ["oqs: name, address"] * len(VISITS)


def remove_staged(reception: Path) -> None:
    (staged,) = reception.glob(".uketsuke-*/*.part")
    staged.unlink()


def remove_staging(reception: Path) -> None:
    (staging,) = reception.glob(".uketsuke-*")
    shutil.rmtree(staging)


@pytest.mark.parametrize("remove", [remove_staged, remove_staging])
def test_what_vanished_before_it_was_handed_over_is_made_again(
    bench: Bench, remove: Callable[[Path], None]
) -> None:
    relay = LosingFolder(real_relay(bench.reception), partial(remove, bench.reception))
    delivery = bench.delivery(oqs=relay)

    assert not deliver_all(delivery)
    assert deliver_all(delivery)

    assert len(bench.software.look()) == len(VISITS)
    assert bench.journal.alarms == [Alarm.RELAY_UNAVAILABLE, Alarm.PREPARED_LOST]
    assert list(bench.reception.glob(".uketsuke-*/*")) == []


def test_a_folder_configured_anew_gets_what_the_old_one_did_not(
    bench: Bench, tmp_path: Path
) -> None:
    deliver_all(bench.delivery(oqs=LosingFolder(real_relay(bench.reception), lambda: None)))
    new = tmp_path / "new"
    new.mkdir()

    assert deliver_all(bench.delivery(oqs=real_relay(new)))

    taken = len(bench.software.look()) + len(ReceptionSoftware(new, today="20261122").look())
    assert taken == len(VISITS)
    assert Alarm.PREPARED_LOST in bench.journal.alarms


def test_a_result_of_another_nonce_is_not_delivered(empty: Bench) -> None:
    visits = Visits(empty.store)
    visits.challenge(VISITS[0], CardKind.MY_NUMBER, TODAY)
    visits.answer(RECORD, options(VISITS[0]), TODAY)
    replayed = SigningReader().sign(completed(b"n" * 16, VISITS[0]))
    Inbox(empty.store).keep(replayed.cose, verify_result(replayed.cose, ROOTS), TODAY)

    assert deliver_all(empty.delivery())

    assert empty.software.look() == []
    assert visits.find(VISITS[0]) is None


def test_an_abandoned_visit_is_purged_without_a_file(empty: Bench) -> None:
    visits = Visits(empty.store)
    challenge = visits.challenge(VISITS[0], CardKind.MY_NUMBER, TODAY)
    visits.answer(RECORD, options(VISITS[0]), TODAY)
    result = SigningReader().sign(abandoned(challenge.nonce, VISITS[0]))
    Inbox(empty.store).keep(result.cose, verify_result(result.cose, ROOTS), TODAY)

    assert deliver_all(empty.delivery())

    assert empty.software.look() == []
    assert NAME_IN_STORE not in empty.bytes_on_disk()


def test_a_visit_whose_result_never_comes_is_purged_in_the_end(empty: Bench) -> None:
    visits = Visits(empty.store)
    visits.challenge(VISITS[0], CardKind.MY_NUMBER, TODAY)
    delivery = empty.delivery()

    empty.clock.time = TODAY + timedelta(days=6)
    deliver_all(delivery)
    assert visits.find(VISITS[0]) is not None
    empty.clock.time = TODAY + timedelta(days=8)
    deliver_all(delivery)
    assert visits.find(VISITS[0]) is None


def test_an_undelivered_visit_is_never_purged_by_age(bench: Bench) -> None:
    bench.clock.time = TODAY + timedelta(days=100)
    shut = ShutFolder(real_relay(bench.reception))
    delivery = bench.delivery(oqs=shut)

    assert not deliver_all(delivery)
    shut.is_shut = False
    assert deliver_all(delivery)

    assert len(bench.software.look()) == len(VISITS)


def kill_everywhere(folder: Path, make_relay: MakeRelay) -> Iterator[str]:
    """Kill the delivery at every storage call, restart it, and tell how each case ended.

    The reception software takes what it finds before the restart: otherwise a second delivery
    would only overwrite the first and not be seen.
    """
    template = folder / "template"
    filled = Bench(template)
    filled.receive(*VISITS)
    filled.store.close()

    def run(place: Path) -> None:
        bench = Bench(place)
        assert deliver_all(bench.delivery(oqs=make_relay(bench.reception)))
        bench.store.close()

    def ending(place: Path) -> str:
        software = ReceptionSoftware(place / "reception", today="20261122")
        software.look()
        run(place)
        try:
            software.look()
        except RefusedFileError:
            return "doubled"
        return "once" if len(software.taken) == len(VISITS) else "lost"

    shutil.copytree(template, folder / "whole")
    whole = run_traced(partial(run, folder / "whole"), folder)
    assert whole.status == 0
    for number, point in enumerate(call_points(whole)):
        place = folder / str(number)
        shutil.copytree(template, place)
        # SQLite may need a call less than in the first run: then the last point is never reached.
        if run_traced(partial(run, place), folder, point.killed()).is_killed:
            yield ending(place)


def test_killed_at_any_call_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    endings = list(kill_everywhere(tmp_path, real_relay))
    assert len(endings) > FEWEST_KILL_POINTS
    assert set(endings) == {"once"}


def test_the_kill_test_finds_the_naive_delivery(tmp_path: Path) -> None:
    """Negative control."""
    assert "doubled" in kill_everywhere(tmp_path, NaiveFolder)


def test_a_visit_is_kept_for_the_local_api_and_no_longer(bench: Bench) -> None:
    delivery = bench.delivery(keep=timedelta(hours=12))
    assert deliver_all(delivery)
    assert NAME_IN_STORE in bench.bytes_on_disk()
    bench.clock.time = TODAY + timedelta(hours=11, minutes=59)
    assert delivery.forgetting.purge()
    assert NAME_IN_STORE in bench.bytes_on_disk()
    bench.clock.time = TODAY + timedelta(hours=12)
    assert delivery.forgetting.purge()
    assert NAME_IN_STORE not in bench.bytes_on_disk()
    assert not delivery.outstanding(), "kept is not to be delivered again"


def test_where_nothing_is_kept_a_clock_set_back_keeps_nothing(bench: Bench) -> None:
    bench.clock.time = TODAY - timedelta(days=1)
    assert deliver_all(bench.delivery())
    assert NAME_IN_STORE not in bench.bytes_on_disk()
