"""One PC, two counters: each reader has its patient, its cable and its results."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.status import read_status
from agent.store import Store
from hostlink.messages import (
    ResultAcknowledged,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
)
from hostlink.terms import CardKind
from tests.agent.paired import pair_with_reader
from tests.agent.reader_end import Cable, ReaderEnd
from tests.agent.running_agent import RunningAgent, wait_until
from tests.agent.world import Card, SigningReader, card, completed
from tests.hostlink.pki import OTHER_READER, OTHER_UEID, READER, UEID
from tests.hw_sim.eligibility_service import SHIKEN_HANAKO, UKETSUKE_TARO, EligibilityService

FIRST, SECOND, UNPAIRED = "1番窓口", "2番窓口", "3番窓口"
VISITS = {FIRST: b"1" * 16, SECOND: b"2" * 16}
READERS = f"""
[[readers]]
counter = "{FIRST}"
port = "ttyFIRST"

[[readers]]
counter = "{SECOND}"
port = "ttySECOND"

[[readers]]
counter = "{UNPAIRED}"
port = "ttyTHIRD"
"""


class Counter:
    """A reader that signs its own results, at its own cable."""

    def __init__(self, folder: Path, name: str, patient: Card) -> None:
        identity, ueid = (READER, UEID) if name == FIRST else (OTHER_READER, OTHER_UEID)
        port = folder / ("ttyFIRST" if name == FIRST else "ttySECOND")
        self.signer = SigningReader(identity, ueid=ueid)
        self.end = ReaderEnd(folder, lambda: self.signer.next_seq, cable=Cable(port), ueid=ueid)
        self._visit = VISITS[name]
        self._patient = patient
        self._challenge: VisitChallenge | None = None

    def open(self) -> None:
        opened = VisitOpened(self._visit, CardKind.MY_NUMBER)
        self._challenge = self.end.ask(opened, VisitChallenge)

    def prove(self) -> str:
        """What the agent calls the patient."""
        assert self._challenge is not None
        return self.end.ask(self._patient.prove(self._challenge), VisitOptions).patient_name

    def finish(self) -> None:
        assert self._challenge is not None
        record = completed(self._challenge.nonce, self._visit, datetime.now(UTC))
        self.end.ask(self.signer.sign(replace(record, consents=())), ResultAcknowledged)


@pytest.fixture
def service() -> Iterator[EligibilityService]:
    with EligibilityService() as made:
        yield made


@pytest.fixture
def counters(tmp_path: Path, service: EligibilityService) -> Iterator[dict[str, Counter]]:
    made = {}
    for name, person in ((FIRST, UKETSUKE_TARO), (SECOND, SHIKEN_HANAKO)):
        patient = card(datetime.now(UTC).date() + timedelta(days=900))
        service.enroll(patient.sha256, person)
        made[name] = Counter(tmp_path, name, patient)
    with made[FIRST].end, made[SECOND].end:
        yield made


@pytest.fixture
def agent(tmp_path: Path, service: EligibilityService) -> Iterator[RunningAgent]:
    made = RunningAgent(tmp_path, service)
    pair_with_reader(tmp_path / "pairings", UEID, FIRST)
    pair_with_reader(tmp_path / "pairings", OTHER_UEID, SECOND)
    path = tmp_path / "agent.toml"
    path.write_text(path.read_text().replace('[link]\nport = "ttyREADER"\n', READERS))
    made.start()
    yield made
    assert made.stop() == 0
    assert f"no reader is paired at {UNPAIRED}" in made.log, "and the others work all the same"


def test_two_patients_at_once_are_not_mixed_up(
    agent: RunningAgent, counters: dict[str, Counter], tmp_path: Path
) -> None:
    for counter in counters.values():
        counter.end.wait_up()
    for counter in counters.values():
        counter.open()
    assert [each.prove() for each in counters.values()] == ["受付　太郎", "試験　花子"]
    for name in (SECOND, FIRST):
        counters[name].finish()
    agent.wait_for_event("reception_file_written", 2)
    names = {VISITS[FIRST]: "受付　太郎", VISITS[SECOND]: "試験　花子"}
    found = {}
    for path in agent.reception.glob("OQS*.xml"):
        text = path.read_text(encoding="utf-8")
        (visit,) = (each for each in names if each.hex() in text)
        found[visit] = next(name for name in names.values() if f"<Name>{name}<" in text)
    assert found == names
    kept = Store(tmp_path / "agent.sqlite3").rows("SELECT visit_id, counter FROM results")
    assert set(kept) == {(VISITS[name], name) for name in (FIRST, SECOND)}
    assert "alarm" not in agent.events()


def test_a_pulled_cable_concerns_its_own_reader_alone(
    agent: RunningAgent, counters: dict[str, Counter], tmp_path: Path
) -> None:
    first, second = counters[FIRST], counters[SECOND]
    for counter in counters.values():
        counter.end.wait_up()
        counter.open()
    first.end.cable.unplug()
    agent.wait_for_event("link_down")
    assert second.prove() == "試験　花子"
    second.finish()
    wait_until(lambda: linked(tmp_path) == {FIRST: False, SECOND: True, UNPAIRED: False})
    first.end.cable.plug()
    first.end.wait_up()
    assert first.prove() == "受付　太郎"
    first.finish()
    wait_until(lambda: linked(tmp_path) == {FIRST: True, SECOND: True, UNPAIRED: False})
    told = [(line["event"], line.get("counter")) for line in agent.journal()]
    assert [where for event, where in told if event == "link_down"] == [FIRST]
    assert {where for event, where in told if event == "result_stored"} == {FIRST, SECOND}


def linked(folder: Path) -> dict[str, bool]:
    status = read_status(folder / "agent.status.json")
    return {each.counter: each.is_linked for each in status.readers} if status else {}
