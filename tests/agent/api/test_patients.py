"""Whose result it is, papers in place of a card, and who was here before: as staff are told."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.errors import PatientsUnavailableError
from agent.journal import Event
from agent.patients.port import ListState, Patient
from tests.agent.api.api_bench import COUNTER, ApiBench
from tests.agent.world import RECORD, TODAY

TARO = Patient("24434", RECORD.person.name_kana, date(1955, 6, 1), "受付　太郎")
PAPER = "ab" * 16


class ToldPatients:
    """A list that holds whom the test wants."""

    def __init__(self, *patients: Patient) -> None:
        self.patients = list(patients)
        self.is_away = False

    def with_number(self, number: str) -> list[Patient]:
        return [each for each in self._all() if each.number == number]

    def born_on(self, day: date) -> list[Patient]:
        return [each for each in self._all() if each.birth_date == day]

    def state(self) -> ListState:
        return ListState(len(self.patients), 0, None)

    def _all(self) -> list[Patient]:
        if self.is_away:
            raise PatientsUnavailableError("no list")
        return self.patients


@pytest.fixture
def patients() -> ToldPatients:
    return ToldPatients()


@pytest.fixture
def api(tmp_path: Path, patients: ToldPatients) -> Iterator[ApiBench]:
    with ApiBench(tmp_path, patients) as bench:
        yield bench


def detail(api: ApiBench, result: str) -> Any:
    return api.call("GET", f"/v1/results/{result}").json()["detail"]


def match(api: ApiBench, result: str) -> tuple[str, list[str]]:
    found = detail(api, result)["match"]
    return found["answer"], [each["number"] for each in found["patients"]]


def test_none_one_several_and_no_list_are_four_answers(
    api: ApiBench, patients: ToldPatients
) -> None:
    result = api.visit_completed()
    born = date(int(RECORD.person.birthdate[:4]), 6, 1)
    fits = replace(TARO, birth_date=born, number=RECORD.person.reference_number or "24434")
    assert match(api, result)[0] in {"none", "contradiction"}
    patients.patients = [fits]
    assert match(api, result) == ("one", [fits.number])
    patients.patients = [fits, replace(fits, kana=fits.kana + " ")]
    assert match(api, result)[0] == "several"
    patients.is_away = True
    assert match(api, result) == ("unavailable", [])


def test_staff_choose_whom_the_match_offers_and_nobody_else(
    api: ApiBench, patients: ToldPatients
) -> None:
    result = api.visit_completed()
    named = RECORD.person.reference_number or "24434"
    patients.patients = [replace(TARO, number=named), replace(TARO, number="2002")]
    path = f"/v1/results/{result}/match"
    assert api.call("PUT", path, json={"patient": "2002"}).status_code in {204, 409}
    assert api.call("PUT", path, json={"patient": named}).status_code == 204
    assert detail(api, result)["match"]["chosen"] == named
    assert Event.PATIENT_MATCHED in api.heard.events
    for nobody in ("no such number", " "):
        assert api.call("PUT", path, json={"patient": nobody}).status_code == 409
    assert detail(api, result)["match"]["chosen"] == named
    assert api.call("PUT", path, json={"patient": "1", "name": "x"}).status_code == 422
    patients.patients.append(replace(TARO, number=named, name="同姓　同名"))
    assert api.call("PUT", path, json={"patient": named}).status_code == 409


def test_a_share_that_hangs_holds_up_no_result(
    api: ApiBench, patients: ToldPatients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.patients.PATIENCE_S", 0.1)
    hung = threading.Event()
    monkeypatch.setattr(patients, "_all", hung.wait)
    with ApiBench(api.folder / "second", patients) as other:
        result = other.visit_completed()
        for _ in range(2):
            assert match(other, result) == ("unavailable", [])
        assert other.call("GET", "/healthz").status_code == 200
        hung.set()


def test_whoever_was_here_before_is_told(api: ApiBench) -> None:
    first = api.visit_completed(1)
    api.clock.time += timedelta(minutes=5)
    second = api.visit_completed(2)
    api.clock.time = TODAY + timedelta(days=1)
    tomorrow = api.visit_completed(3)
    assert detail(api, first)["earlier"] == []
    assert detail(api, second)["earlier"] == [first]
    assert detail(api, tomorrow)["earlier"] == []


def test_papers_are_recorded_once_and_shown_that_day(api: ApiBench) -> None:
    paper = {
        "kind": "qualification_certificate",
        "counter": COUNTER,
        "insurer_number": "01130012",
        "name": "試験　花子",
    }
    for _ in range(2):
        assert api.call("PUT", f"/v1/papers/{PAPER}", json=paper).status_code == 204
    (told,) = api.call("GET", "/v1/papers").json()["papers"]
    assert {key: told[key] for key in paper} == paper
    assert (told["id"], told["at"]) == (PAPER, "2026-11-22T09:01:02.000+09:00")
    assert api.heard.events.count(Event.PAPERS_SEEN) == 1
    api.clock.time += timedelta(days=1)
    assert api.call("GET", "/v1/papers").json() == {"papers": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "passport"},
        {"kind": "other_insurance_paper", "insurer_number": "123456789012"},
        {"kind": "other_insurance_paper", "counter": "somewhere"},
        {"kind": "other_insurance_paper", "note": "free text"},
    ],
)
def test_a_paper_that_is_wrong_is_refused_without_its_text(
    api: ApiBench, wrong: dict[str, str]
) -> None:
    answer = api.call("PUT", f"/v1/papers/{PAPER}", json=wrong)
    assert answer.status_code == 422
    assert "123456789012" not in answer.text
    assert "free text" not in answer.text
    assert api.call("GET", "/v1/papers").json() == {"papers": []}
