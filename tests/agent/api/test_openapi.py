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
    allow_header_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
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
    # Each request here has the token; unknown words in an address are passed over,
    # and what stands on a paper is looked at more closely than a schema says. Of an address with
    # several methods the server tells one alone, to whoever asks for its options.
    others = [
        allow_header_conformance,
        ignored_auth,
        missing_required_header,
        negative_data_rejection,
        positive_data_acceptance,
    ]
    case.call_and_validate(base_url=f"{api.url}/v1", headers=token, excluded_checks=others)
