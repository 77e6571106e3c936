"""A reader that could not keep another result says so before the patient does anything."""

from pathlib import Path

import pytest

from device.outbox import Outbox
from device.performer import Performer
from hostlink.signing import verify_result
from hostlink.terms import VisitOutcome
from tests.device.signing_reader import reader_identity
from tests.device.test_whole_visit import WholeVisit
from tests.hostlink.pki import MAKER
from tests.hostlink.samples import COMPLETED, MOMENT
from tests.hw_sim.card.issuer import Issuer

CAPACITY, RESERVED = 5, 2


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a reader whose results nobody took."""
    monkeypatch.setattr("device.outbox._CAPACITY", CAPACITY)
    monkeypatch.setattr("device.outbox._RESERVED", RESERVED)
    outbox = Outbox(tmp_path / "outbox")
    while not outbox.is_full:
        outbox.append(reader_identity().sign_record(COMPLETED, bytes(32), MOMENT))
    return tmp_path


def shown(visit: WholeVisit) -> list[str]:
    return [page.name for page in visit.screen.pages]


def outcomes(folder: Path) -> list[VisitOutcome]:
    results = Outbox(folder / "outbox").pending()
    return [verify_result(each.cose, (MAKER.leaf,)).claims.record.outcome for each in results]


def test_it_asks_nothing_of_patient_and_card_and_loses_nothing(issuer: Issuer, full: Path) -> None:
    visit = WholeVisit(issuer, full)
    visit.play()
    assert shown(visit)[-2:] == ["recognising", "take_card"]
    assert visit.screen.pages[-1].values["failure"] == "results_waiting"
    assert visit.card.trace.exchanges == []
    assert outcomes(full).count(VisitOutcome.COMPLETED) == CAPACITY - RESERVED


def test_it_goes_on_once_the_agent_took_some(issuer: Issuer, full: Path) -> None:
    WholeVisit(issuer, full).play()
    Outbox(full / "outbox").acknowledge(1)
    Outbox(full / "outbox").acknowledge(2)
    visit = WholeVisit(issuer, full)
    visit.play()
    assert shown(visit)[-1] == "finished"


def test_negative_control_a_reader_that_tells_it_at_the_end(
    issuer: Issuer, full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recognise(self: Performer, turn: int) -> None:
        self.card.recognise(turn)

    monkeypatch.setattr(Performer, "_recognise", recognise)
    monkeypatch.setattr("device.outbox._RESERVED", 0)
    monkeypatch.setattr("device.outbox._CAPACITY", CAPACITY - RESERVED)
    visit = WholeVisit(issuer, full)
    visit.play()
    assert "consent_all" in shown(visit)
    assert visit.screen.pages[-1].values["failure"] == "storage_unavailable"
