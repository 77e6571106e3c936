"""Staff look somebody up by the numbers on a paper, and are told what came of it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from agent.api.lookups import _PLACES, MOST_AT_ONCE
from agent.eligibility.port import NobodyFound, NumberQuery, NumbersRefused, SeveralFound
from agent.errors import NumbersTimedOutError, NumbersUnavailableError
from tests.agent.api.api_bench import ApiBench
from tests.agent.running_agent import wait_until
from tests.agent.world import INSTITUTION, RECORD, TODAY

NUMBERS = {
    "insurer_number": "01130012",
    "insured_identification_number": "５６７８",
    "insured_card_symbol": "１２－３４",
    "insured_branch_number": "00",
    "birthdate": "19550601",
}


class ToldLookup:
    """A network that answers as the test says."""

    def __init__(self) -> None:
        self.answer: Any = RECORD
        self.asked: list[NumberQuery] = []

    def look_up(self, query: NumberQuery) -> Any:
        self.asked.append(query)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def network() -> ToldLookup:
    return ToldLookup()


@pytest.fixture
def api(tmp_path: Path, network: ToldLookup) -> Iterator[ApiBench]:
    with ApiBench(tmp_path, lookup=network) as bench:
        yield bench


def test_a_paper_is_looked_up_for_today(api: ApiBench, network: ToldLookup) -> None:
    told = api.call("POST", "/v1/lookups", json=NUMBERS).json()
    assert told["answer"] == "found"
    assert told["records"][0]["person"]["name"] == RECORD.person.name
    (query,) = network.asked
    assert query.medical_institution_code == INSTITUTION
    assert query.numbers.insured_card_symbol == "１２－３４"
    assert f"{query.birth_date:%Y%m%d}" == NUMBERS["birthdate"]
    assert query.on == TODAY.date()
    assert not query.agrees_to_limit, "nobody said so"
    assert api.call("GET", "/v1/state").json()["eligibility"]["can_look_up"]


@pytest.mark.parametrize("agrees", [True, False])
def test_for_a_limit_is_asked_as_the_patient_agreed(
    api: ApiBench, network: ToldLookup, agrees: bool
) -> None:
    asked = {**NUMBERS, "agrees_to_limit": agrees}
    assert api.call("POST", "/v1/lookups", json=asked).status_code == 200
    assert [query.agrees_to_limit for query in network.asked] == [agrees]


@pytest.mark.parametrize("unclear", ["yes", 1, None])
def test_what_is_no_clear_yes_or_no_is_not_asked(
    api: ApiBench, network: ToldLookup, unclear: object
) -> None:
    asked = {**NUMBERS, "agrees_to_limit": unclear}
    assert api.call("POST", "/v1/lookups", json=asked).status_code == 422
    assert network.asked == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (SeveralFound((RECORD, RECORD)), ("several", 2, None)),
        (NobodyFound("R123", "該当なし"), ("nobody", 0, "該当なし")),
        (NumbersRefused(None, "時間外"), ("refused", 0, "時間外")),
    ],
)
def test_other_answers_are_told_apart(
    api: ApiBench, network: ToldLookup, answer: object, expected: tuple[str, int, str | None]
) -> None:
    network.answer = answer
    told = api.call("POST", "/v1/lookups", json=NUMBERS).json()
    assert (told["answer"], len(told["records"]), told["message"]) == expected


@pytest.mark.parametrize(
    "error", [NumbersUnavailableError("ENOENT"), NumbersTimedOutError(is_taken=True)]
)
def test_nobody_could_be_asked(api: ApiBench, network: ToldLookup, error: Exception) -> None:
    network.answer = error
    answer = api.call("POST", "/v1/lookups", json=NUMBERS)
    assert answer.status_code == 503
    assert answer.json()["detail"] == str(error)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("insurer_number", "1234567"), ("birthdate", "19550631"), ("insured_branch_number", "0")],
)
def test_what_cannot_be_a_number_is_not_asked(
    api: ApiBench, network: ToldLookup, field: str, wrong: str
) -> None:
    answer = api.call("POST", "/v1/lookups", json={**NUMBERS, field: wrong})
    assert answer.status_code == 422
    assert field in answer.json()["detail"]
    assert network.asked == []


def test_where_nobody_can_be_asked_so_it_is_not_there(tmp_path: Path) -> None:
    with ApiBench(tmp_path) as api:
        assert not api.call("GET", "/v1/state").json()["eligibility"]["can_look_up"]
        assert api.call("POST", "/v1/lookups", json=NUMBERS).status_code == 404


def test_look_ups_that_hang_hold_up_nothing_else(api: ApiBench, network: ToldLookup) -> None:
    answered = threading.Event()
    monkey = network.look_up

    def hang(query: NumberQuery) -> Any:
        answered.wait(10)
        return monkey(query)

    network.look_up = hang  # type: ignore[method-assign]
    with ThreadPoolExecutor(MOST_AT_ONCE) as staff:
        waiting = [
            staff.submit(api.call, "POST", "/v1/lookups", json=NUMBERS, timeout=30)
            for _ in range(MOST_AT_ONCE)
        ]
        wait_until(lambda: _PLACES.available_tokens == 0)
        assert api.call("GET", "/v1/results").status_code == 200
        assert api.call("POST", "/v1/lookups", json=NUMBERS).status_code == 503
        answered.set()
        assert [each.result().status_code for each in waiting] == [200] * MOST_AT_ONCE
