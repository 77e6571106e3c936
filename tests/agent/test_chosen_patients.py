"""Staff's choice is kept with its visit, and a number that cannot be made known stops nobody."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent.chosen_patients import ChosenPatients
from agent.errors import MalformedEntryError, MalformedQualificationError
from agent.journal import Alarm, Event
from agent.qualification import EligibilityRecord
from agent.store import Store
from agent.visits import Visits
from hostlink.terms import CardKind
from tests.agent.world import RECORD, TODAY, VISIT_ID, HeardJournal, options

UNNUMBERED = replace(RECORD, person=replace(RECORD.person, reference_number=None))
NUMBER = "patient-00024434"


class Network:
    """Takes numbers, or fails."""

    def __init__(self, *failures: Exception) -> None:
        self.registered: list[tuple[bytes, EligibilityRecord, str]] = []
        self._failures = list(failures)

    def register(self, visit_id: bytes, record: EligibilityRecord, number: str) -> None:
        if self._failures:
            raise self._failures.pop()
        self.registered.append((visit_id, record, number))


class ChoiceBench:
    """A store with one visit, and whoever registers numbers."""

    def __init__(self, folder: Path, network: Network | None, record: EligibilityRecord) -> None:
        self.store = Store(folder / "agent.sqlite3")
        self.journal = HeardJournal()
        self.chosen = ChosenPatients(self.store, network, self.journal)
        visits = Visits(self.store)
        visits.challenge(VISIT_ID, CardKind.MY_NUMBER, TODAY)
        visits.answer(record, options(), TODAY)
        self._folder = folder

    def is_on_disk(self) -> bool:
        files = self._folder.glob("agent.sqlite3*")
        return NUMBER.encode() in b"".join(path.read_bytes() for path in files)


def choose(
    folder: Path, network: Network | None, record: EligibilityRecord = UNNUMBERED
) -> ChoiceBench:
    bench = ChoiceBench(folder, network, record)
    assert bench.chosen.choose(VISIT_ID, NUMBER, TODAY)
    assert bench.chosen.chosen_for(VISIT_ID) == NUMBER
    return bench


def test_a_choice_is_kept_and_made_known(tmp_path: Path) -> None:
    network = Network()
    bench = choose(tmp_path, network)
    assert network.registered == [(VISIT_ID, UNNUMBERED, NUMBER)]
    (heard,) = bench.journal.heard
    assert (heard.event, heard.visit, heard.detail) == (Event.PATIENT_MATCHED, VISIT_ID, None)


def test_a_later_choice_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    network = Network()
    bench = choose(tmp_path, network)
    assert bench.chosen.choose(VISIT_ID, "77", TODAY)
    assert bench.chosen.chosen_for(VISIT_ID) == "77"
    assert [number for *_, number in network.registered] == [NUMBER, "77"]


def test_a_number_that_the_network_knows_is_left_alone(tmp_path: Path) -> None:
    network = Network()
    choose(tmp_path, network, RECORD)
    assert network.registered == []


def test_without_anybody_to_tell_the_choice_is_kept_all_the_same(tmp_path: Path) -> None:
    assert choose(tmp_path, None).journal.alarms == []


@pytest.mark.parametrize(
    "failure", [OSError("share"), MalformedQualificationError("name"), ZeroDivisionError(NUMBER)]
)
def test_a_failure_never_stops_reception(tmp_path: Path, failure: Exception) -> None:
    network = Network(failure)
    bench = choose(tmp_path, network)
    alarm = bench.journal.heard[-1]
    assert (alarm.alarm, alarm.visit) == (Alarm.NUMBER_NOT_REGISTERED, VISIT_ID)
    assert alarm.detail == type(failure).__name__
    assert bench.chosen.choose(VISIT_ID, NUMBER, TODAY)
    assert len(network.registered) == 1, "and it can be tried again"


def test_a_visit_that_is_not_kept_gets_no_patient(tmp_path: Path) -> None:
    network = Network()
    bench = ChoiceBench(tmp_path, network, UNNUMBERED)
    assert not bench.chosen.choose(b"o" * 16, NUMBER, TODAY)
    assert bench.chosen.chosen_for(b"o" * 16) is None
    assert (network.registered, bench.journal.heard) == ([], [])


@pytest.mark.parametrize("number", ["", " ", "1" * 51, "1\n", "\x00"])
def test_what_is_no_number_is_refused(tmp_path: Path, number: str) -> None:
    with pytest.raises(MalformedEntryError, match="patient_number"):
        ChoiceBench(tmp_path, None, UNNUMBERED).chosen.choose(VISIT_ID, number, TODAY)


def test_a_choice_goes_with_its_visit(tmp_path: Path) -> None:
    bench = choose(tmp_path, None)
    assert bench.chosen.purge()
    assert bench.chosen.chosen_for(VISIT_ID) == NUMBER
    bench.store.change("DELETE FROM visits")
    assert bench.is_on_disk(), "negative control: the search finds it"
    assert bench.chosen.purge()
    assert bench.chosen.chosen_for(VISIT_ID) is None
    assert not bench.is_on_disk()
