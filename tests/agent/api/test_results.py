"""Results are told in order, none missed and none twice, and say what is known of the patient."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from agent.inbox import Inbox
from agent.journal import Alarm, Event
from hostlink.signing import verify_result
from tests.agent.api.api_bench import COUNTER, RELAY, ApiBench
from tests.agent.world import ROOTS, TODAY, abandoned


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiBench]:
    with ApiBench(tmp_path) as bench:
        yield bench


def one(api: ApiBench, result: str) -> Any:
    answer = api.call("GET", f"/v1/results/{result}")
    assert answer.status_code == 200
    return answer.json()


def test_a_cursor_misses_nothing_and_tells_nothing_twice(api: ApiBench) -> None:
    wanted = [api.visit_completed(number) for number in range(1, 8)]
    told: list[str] = []
    after = 0
    while True:
        page = api.call("GET", "/v1/results", params={"after": after, "most": 3}).json()
        if not page["results"]:
            break
        told += [each["id"] for each in page["results"]]
        after = page["next"]
    assert told == wanted
    assert page["next"] == after


def test_a_clock_set_back_hides_no_result(api: ApiBench) -> None:
    api.visit_completed(1)
    after = api.call("GET", "/v1/results").json()["next"]
    api.clock.time -= timedelta(days=1)
    late = api.visit_completed(2)
    found = api.call("GET", "/v1/results", params={"after": after}).json()["results"]
    assert [each["id"] for each in found] == [late]


def test_the_last_ones_are_told_in_their_order(api: ApiBench) -> None:
    wanted = [api.visit_completed(number) for number in range(1, 5)]
    found = api.call("GET", "/v1/results", params={"last": 2}).json()["results"]
    assert [each["id"] for each in found] == wanted[-2:]


def test_a_result_says_who_what_and_where(api: ApiBench) -> None:
    told = one(api, api.visit_completed())
    assert (told["outcome"], told["method"], told["counter"]) == ("completed", "face", COUNTER)
    assert told["detail"]["record"]["person"]["name"] == "受付　太郎"
    answers = {each["item"]: each["answer"] for each in told["detail"]["consents"]}
    assert answers["surgery"] == "refused"
    assert answers["medication"] == "given"
    assert told["handovers"] == [{"relay": RELAY, "state": "waiting", "why": None}]
    verified = verify_result(base64.b64decode(told["signed_result"]), ROOTS)
    assert verified.claims.record.visit_id.hex() == told["visit"]


def test_a_reader_that_moved_leaves_its_results_where_they_were(api: ApiBench) -> None:
    result = api.reader.sign(abandoned())
    verified = verify_result(result.cose, ROOTS)
    Inbox(api.store, "発熱外来").keep(result.cose, verified, api.clock.now())
    (told,) = api.call("GET", "/v1/results").json()["results"]
    assert told["counter"] == "発熱外来"


def test_where_a_result_of_before_arrived_its_reader_of_today_says(api: ApiBench) -> None:
    result = api.visit_completed()
    assert api.store.rows("SELECT counter FROM results") == [(None,)]
    assert one(api, result)["counter"] == COUNTER


def test_what_is_not_kept_any_more_is_told_without_the_patient(api: ApiBench) -> None:
    result = api.visit_completed()
    api.clock.time = TODAY + timedelta(hours=13)
    api.forgetting.purge()
    told = one(api, result)
    assert told["detail"] is None
    assert told["outcome"] == "completed"
    assert "受付" not in json.dumps(told, ensure_ascii=False)


def test_a_visit_that_failed_says_why(api: ApiBench) -> None:
    told = one(api, api.visit_ended(abandoned()))
    assert (told["outcome"], told["failure"]) == ("abandoned", "card_removed")
    assert (told["detail"], told["handovers"]) == (None, [])


@pytest.mark.parametrize("name", [f"{'0' * 14}-1", f"{'0' * 15}-1", f"{'0' * 14}-{2**63}"])
def test_a_result_that_is_not_there_is_not_found(api: ApiBench, name: str) -> None:
    answer = api.call("GET", f"/v1/results/{name}")
    assert answer.status_code == 404
    assert answer.json()["title"] == "Not Found"


def test_parked_results_are_sent_again_or_given_up(api: ApiBench) -> None:
    first, second = api.visit_completed(1), api.visit_completed(2)
    for result in (first, second):
        api.park(result)
    (relay,) = api.call("GET", "/v1/state").json()["relays"]
    assert {each["result"] for each in relay["parked"]} == {first, second}
    again = api.call("POST", f"/v1/relays/{RELAY}/send-again", params={"result": first})
    given_up = api.call("POST", f"/v1/relays/{RELAY}/give-up", params={"result": second})
    assert (again.status_code, given_up.status_code) == (204, 204)
    assert api.woken == 2
    assert one(api, first)["handovers"][0]["state"] == "waiting"
    assert one(api, second)["handovers"][0] == {
        "relay": RELAY,
        "state": "given_up",
        "why": "HTTP 400",
    }
    twice = api.call("POST", f"/v1/relays/{RELAY}/give-up", params={"result": second})
    assert twice.status_code == 404


def parked_at(api: ApiBench) -> dict[str, tuple[int, int]]:
    """Of each relay, how many are parked and how many of them are named."""
    relays = api.call("GET", "/v1/state").json()["relays"]
    return {each["relay"]: (each["parked_count"], len(each["parked"])) for each in relays}


def test_what_one_relay_parked_hides_nothing_of_another(
    api: ApiBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.reading.MOST_PARKED_SHOWN", 2)
    for number in range(1, 5):
        api.park(api.visit_completed(number), relay="B" if number == 4 else RELAY)
    assert parked_at(api) == {RELAY: (3, 2), "B": (1, 1)}


def test_all_that_a_relay_parked_is_sent_again_at_once(
    api: ApiBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.reading.MOST_PARKED_SHOWN", 2)
    results = [api.visit_completed(number) for number in range(1, 5)]
    for result in results:
        api.park(result)
    api.park(results[0], relay="B")
    api.call("POST", f"/v1/relays/{RELAY}/give-up", params={"result": results[0]})
    path = f"/v1/relays/{RELAY}/send-all-again"
    assert [api.call("POST", path).status_code for _ in range(2)] == [204, 404]
    assert parked_at(api) == {RELAY: (0, 0), "B": (1, 1)}
    states = [one(api, result)["handovers"][0]["state"] for result in results]
    assert states == ["given_up", "waiting", "waiting", "waiting"], "what was given up stays so"


@pytest.mark.parametrize("operation", ["send-again", "give-up", "send-all-again"])
def test_a_relay_may_have_a_stroke_in_its_name(api: ApiBench, operation: str) -> None:
    relay = "レセコン/電子カルテ"
    result = api.visit_completed()
    api.park(result, relay=relay)
    params = {} if operation == "send-all-again" else {"result": result}
    path = f"/v1/relays/{quote(relay, safe='')}/{operation}"
    assert api.call("POST", path, params=params).status_code == 204
    assert api.delivery.parked() == []


def test_an_alarm_is_settled_once_and_that_is_written_down(api: ApiBench) -> None:
    api.journal.record(Event.ALARM, alarm=Alarm.RESULT_GAP, seq=3, counter=COUNTER)
    (alarm,) = api.call("GET", "/v1/state").json()["alarms"]
    assert (alarm["alarm"], alarm["counter"]) == ("result_gap", COUNTER)
    path = f"/v1/alarms/{alarm['number']}/settle"
    assert [api.call("POST", path).status_code for _ in range(2)] == [204, 404]
    assert api.call("GET", "/v1/state").json()["alarms"] == []
    settled = [each for each in api.heard.heard if each.event is Event.ALARM_SETTLED]
    assert [(each.seq, each.alarm) for each in settled] == [(3, Alarm.RESULT_GAP)]


def test_it_is_told_how_many_alarms_are_not_shown(
    api: ApiBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.reading.MOST_ALARMS_SHOWN", 2)
    for seq in range(4):
        api.journal.record(Event.ALARM, alarm=Alarm.RESULT_GAP, seq=seq)
    told = []
    for _ in range(3):
        state = api.call("GET", "/v1/state").json()
        told.append((len(state["alarms"]), state["alarms_not_shown"]))
        api.call("POST", f"/v1/alarms/{state['alarms'][0]['number']}/settle")
    assert told == [(2, 2), (2, 1), (2, 0)]


def test_staff_see_who_is_at_the_reader(api: ApiBench) -> None:
    api.journal.record(Event.LINK_UP, counter=COUNTER)
    api.visit_completed()
    (reader,) = api.call("GET", "/v1/state").json()["readers"]
    assert (reader["is_linked"], reader["firmware"]) == (True, "1.2.3")
    assert reader["visit"]["patient_name"] == "受付　太郎"
    assert reader["visit"]["step"] == "card_to_be_taken"


def test_nobody_is_named_before_the_reader_goes_on_with_the_answer(api: ApiBench) -> None:
    """It may be about another person than whose card lies there."""
    named = []
    visit_id = api.visit_answered("eligibility")
    for step in ("eligibility", "answering", "card_to_be_taken"):
        api.journal.record(Event.VISIT_PROGRESSED, visit=visit_id, detail=step, counter=COUNTER)
        (reader,) = api.call("GET", "/v1/state").json()["readers"]
        named.append((reader["visit"]["step"], reader["visit"]["patient_name"]))
    assert named == [
        ("eligibility", None),
        ("answering", "受付　太郎"),
        ("card_to_be_taken", "受付　太郎"),
    ]


def test_nor_where_the_reader_refuses_it(api: ApiBench) -> None:
    visit_id = api.visit_answered("eligibility")
    api.journal.record(
        Event.VISIT_PROGRESSED, visit=visit_id, detail="card_to_be_taken", counter=COUNTER
    )
    (reader,) = api.call("GET", "/v1/state").json()["readers"]
    assert reader["visit"]["patient_name"] is None


def test_a_reader_too_old_to_refuse_goes_on_with_whatever_it_is_sent(api: ApiBench) -> None:
    api.visit_answered(told=None)
    (reader,) = api.call("GET", "/v1/state").json()["readers"]
    assert (reader["visit"]["step"], reader["visit"]["patient_name"]) == ("answering", "受付　太郎")


def test_events_go_on_behind_the_last_one_that_was_had(api: ApiBench) -> None:
    first, second = api.visit_completed(1), api.visit_completed(2)
    known = one(api, first)["arrival"]
    heard = stream(api, {"Last-Event-ID": str(known)})
    assert next(heard)[0] == "state"
    event, number, result = next(heard)
    assert (event, result["id"]) == ("result", second)
    third = api.visit_completed(3)
    while event != "result" or result["id"] == second:
        event, number, result = next(heard)
    assert result["id"] == third
    assert number == str(result["arrival"])


def stream(api: ApiBench, headers: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    """Events as a client reads them: kind, id, document."""
    sent = {"Authorization": f"Bearer {api.staff_token}", **headers}
    with httpx.stream("GET", f"{api.url}/v1/events", headers=sent, trust_env=False) as answer:
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields:
                if "data" in fields:
                    yield fields["event"], fields.get("id", ""), json.loads(fields["data"])
                fields = {}


def test_staff_take_the_audit_trail_along(api: ApiBench) -> None:
    answer = api.call("GET", "/v1/audit-trail")
    assert answer.headers["content-type"] == "application/zip"
    assert "uketsuke-export-20261122-090102.zip" in answer.headers["content-disposition"]
    assert answer.content == b"PK"


@pytest.mark.parametrize("kind", ["BLOB", "TEXT"])
def test_one_result_that_cannot_be_verified_hides_no_other(api: ApiBench, kind: str) -> None:
    results = [api.visit_completed(number) for number in (1, 2, 3)]
    api.park(results[1])
    api.damage(results[1], kind)
    for query in ({"after": 0}, {"last": 20}):
        told = api.call("GET", "/v1/results", params=query).json()["results"]
        assert [each["id"] for each in told] == results
        assert [each["why_no_detail"] for each in told] == [None, "not_genuine", None]
    heard = stream(api, {"Last-Event-ID": "0"})
    assert [next(heard)[2].get("id") for _ in range(4)] == [None, *results]


def test_an_outcome_that_nobody_knows_hides_no_other_result(api: ApiBench) -> None:
    results = [api.visit_completed(number) for number in (1, 2)]
    api.damage(results[0])
    api.alter_outcome(results[0], 99)
    told = api.call("GET", "/v1/results", params={"after": 0}).json()["results"]
    assert [each["outcome"] for each in told] == ["failed", "completed"]


def test_of_what_cannot_be_verified_no_more_is_told_than_that_it_came(api: ApiBench) -> None:
    result = api.visit_completed()
    before = one(api, result)
    api.damage(result)
    told = one(api, result)
    kept = ("id", "arrival", "visit", "counter", "outcome", "received_at")
    assert {key: told[key] for key in kept} == {key: before[key] for key in kept}
    assert not any(told[key] for key in ("detail", "method", "card_kind", "verified_at"))
    assert told["signed_result"] != before["signed_result"]


def test_why_nothing_is_known_of_a_patient(api: ApiBench) -> None:
    failed, kept = api.visit_ended(abandoned(visit_id=b"f" * 16)), api.visit_completed()
    assert one(api, failed)["why_no_detail"] == "not_completed"
    assert one(api, kept)["why_no_detail"] is None
    api.clock.time = TODAY + timedelta(hours=13)
    api.forgetting.purge()
    assert one(api, kept)["why_no_detail"] == "not_kept"
