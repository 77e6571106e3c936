"""Every result reaches the folder exactly once, whatever call the agent is killed at."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from agent.delivery import Delivery, DeliveryTerms
from agent.errors import RelayUnavailableError
from agent.inbox import Inbox
from agent.journal import Alarm, Event
from agent.relays._oqs_file import Encoding, file_name, render
from agent.relays.oqs_folder import Settings, create
from agent.relays.port import Prepared, Reception, Relay
from agent.store import Store
from agent.visits import Visits
from hostlink.signing import verify_result
from hostlink.terms import CardKind
from tests.agent.syscalls import kill_points, run_traced
from tests.agent.world import (
    INSTITUTION,
    RECORD,
    ROOTS,
    TODAY,
    HeardJournal,
    SigningReader,
    ToldClock,
    abandoned,
    completed,
    options,
    receive_visit,
)
from tests.hw_sim.reception_software import ReceptionSoftware, RefusedFileError

VISITS = (bytes([1]) * 16, bytes([2]) * 16)
DATABASE = "agent.sqlite3"
FEWEST_KILL_POINTS = 20
NAME_IN_STORE = "受付　太郎".encode()
MakeRelay = Callable[[Path], Relay]


def real_relay(folder: Path) -> Relay:
    return create(Settings(folder=folder))


class NaiveFolder:
    """Negative control: writes beside, renames, and only then remembers that it did."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._receptions: dict[str, Reception] = {}

    def prepare(self, reception: Reception) -> Prepared:
        name = file_name("OQSsiquc01res_face", reception)
        beside = self._folder / f"{name}.part"
        beside.write_bytes(render(reception, Encoding.UTF_8).content)
        return Prepared(name, is_encoding_changed=False)

    def commit(self, token: str) -> str:
        beside = self._folder / f"{token}.part"
        shutil.copy(beside, beside.with_suffix(".copy"))
        beside.with_suffix(".copy").rename(self._folder / token)
        return token


class ShutFolder:
    """A relay whose share is away until told otherwise."""

    def __init__(self, relay: Relay) -> None:
        self.is_shut = True
        self._relay = relay

    def prepare(self, reception: Reception) -> Prepared:
        if self.is_shut:
            raise RelayUnavailableError("EHOSTDOWN")
        return self._relay.prepare(reception)

    def commit(self, token: str) -> str:
        if self.is_shut:
            raise RelayUnavailableError("EHOSTDOWN")
        return self._relay.commit(token)


class Bench:
    """A store, and a folder with reception software behind it."""

    def __init__(self, folder: Path) -> None:
        self.reception = folder / "reception"
        self.reception.mkdir(parents=True, exist_ok=True)
        self.software = ReceptionSoftware(self.reception, today="20261122")
        self.journal = HeardJournal()
        self.clock = ToldClock()
        self.store = Store(folder / DATABASE)
        self._folder = folder

    def receive(self, *visits: bytes) -> None:
        reader = SigningReader()
        for visit in visits:
            receive_visit(self.store, reader, visit)

    def delivery(self, **relays: Relay) -> Delivery:
        terms = DeliveryTerms(INSTITUTION, ROOTS, timedelta(days=7))
        wanted = relays or {"oqs": real_relay(self.reception)}
        return Delivery(self.store, wanted, terms, self.journal, self.clock)

    def bytes_on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in self._folder.glob(f"{DATABASE}*"))


@pytest.fixture
def empty(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def bench(empty: Bench) -> Bench:
    empty.receive(*VISITS)
    return empty


def deliver_all(delivery: Delivery) -> bool:
    outcomes = [delivery.deliver(parcel) for parcel in delivery.outstanding()]
    return delivery.purge() and all(outcomes)


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
    assert bench.journal.alarms == [Alarm.RELAY_UNAVAILABLE]
    assert NAME_IN_STORE in bench.bytes_on_disk()

    shut.is_shut = False
    assert deliver_all(delivery)
    assert len(ReceptionSoftware(other, today="20261122").look()) == len(VISITS)
    assert bench.software.look() == []
    assert NAME_IN_STORE not in bench.bytes_on_disk()


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
    for number, point in enumerate(kill_points(whole)):
        place = folder / str(number)
        shutil.copytree(template, place)
        # SQLite may need a call less than in the first run: then the last point is never reached.
        if run_traced(partial(run, place), folder, point).is_killed:
            yield ending(place)


def test_killed_at_any_call_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    endings = list(kill_everywhere(tmp_path, real_relay))
    assert len(endings) > FEWEST_KILL_POINTS
    assert set(endings) == {"once"}


def test_the_kill_test_finds_the_naive_delivery(tmp_path: Path) -> None:
    """Negative control."""
    assert "doubled" in kill_everywhere(tmp_path, NaiveFolder)
