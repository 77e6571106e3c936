"""The contract of the local API is a file, and the server keeps to it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    missing_required_header,
    positive_data_acceptance,
)

import agent.api
from tests.agent.api.api_bench import ApiBench

GOLDEN = Path(agent.api.__file__).parent / "openapi.json"
IS_WRITTEN = os.environ.get("UKETSUKE_WRITE_GOLDEN") == "1"
ENDLESS = "/events"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiBench]:
    with ApiBench(tmp_path_factory.mktemp("api")) as bench:
        bench.park(bench.visit_completed())
        yield bench


def test_the_contract_is_the_file(api: ApiBench) -> None:
    """UKETSUKE_WRITE_GOLDEN=1 writes it anew."""
    served = api.call("GET", "/v1/openapi.json").json()
    if IS_WRITTEN:
        GOLDEN.write_text(json.dumps(served, ensure_ascii=False, indent=1) + "\n")
    assert json.loads(GOLDEN.read_text()) == served


OPERATIONS = schemathesis.openapi.from_path(GOLDEN).exclude(path=ENDLESS)


@OPERATIONS.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_asked_is_answered_as_the_contract_says(case: Any, api: ApiBench) -> None:
    token = {"Authorization": f"Bearer {api.staff_token}"}
    # Each request here has the token, and what stands on a paper is looked at more closely than a
    # schema says.
    others = [ignored_auth, missing_required_header, positive_data_acceptance]
    case.call_and_validate(base_url=f"{api.url}/v1", headers=token, excluded_checks=others)


def test_a_word_that_nobody_knows_is_refused_and_named(api: ApiBench) -> None:
    answer = api.call("GET", "/v1/results?afer=10")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "query.afer: Is not known here"
    assert api.call("GET", "/v1/results?after=10").status_code == 200


def test_whoever_is_not_enrolled_is_not_told_of_words(api: ApiBench) -> None:
    answer = api.call("GET", "/v1/results?afer=10", token="unknown")
    assert (answer.status_code, "afer" in answer.text) == (401, False)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/v1/readers/_/pairing", {"DELETE", "GET", "POST"}),
        ("POST", "/v1/openapi.json", {"GET", "HEAD"}),
        ("POST", "/", {"GET", "HEAD"}),
        ("PUT", "/app.js", {"GET", "HEAD"}),
    ],
)
def test_an_address_tells_all_that_may_be_done_there(
    api: ApiBench, method: str, path: str, allowed: set[str]
) -> None:
    answer = api.call(method, path)
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, allowed)
