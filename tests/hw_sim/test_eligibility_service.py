"""The simulated service does what its world says, and counts."""

import base64
import hashlib
from collections.abc import Iterator

import httpx
import pytest

from tests.hw_sim.eligibility_service import SHIKEN_HANAKO, UKETSUKE_TARO, EligibilityService

VISIT = "00" * 16


@pytest.fixture
def service() -> Iterator[EligibilityService]:
    with EligibilityService() as running:
        yield running


def ask(service: EligibilityService, certificate: bytes, **changes: str) -> httpx.Response:
    question = {
        "visit": VISIT,
        "medical_institution_code": "1311234567",
        "date": "2026-11-22",
        "certificate": base64.b64encode(certificate).decode(),
        "certificate_sha256": hashlib.sha256(certificate).hexdigest(),
    }
    url = f"{service.url}/v1/eligibility"
    return httpx.post(url, json=question | changes, trust_env=False)


def test_persons_are_found_by_their_certificate(service: EligibilityService) -> None:
    service.enroll(hashlib.sha256(b"taro").digest(), UKETSUKE_TARO)
    service.enroll(hashlib.sha256(b"hanako").digest(), SHIKEN_HANAKO)
    assert ask(service, b"taro").json() == UKETSUKE_TARO
    assert ask(service, b"hanako").json() == SHIKEN_HANAKO
    assert ask(service, b"nobody").status_code == 404
    assert service.request_count == 3
    assert service.visits_asked == [VISIT] * 3


def test_a_default_person_answers_for_everybody() -> None:
    with EligibilityService(default_person=UKETSUKE_TARO) as service:
        assert ask(service, b"anybody").json() == UKETSUKE_TARO


def test_it_goes_down_and_comes_back(service: EligibilityService) -> None:
    service.enroll(hashlib.sha256(b"taro").digest(), UKETSUKE_TARO)
    service.go_down()
    assert ask(service, b"taro").status_code == 503
    service.come_back()
    assert ask(service, b"taro").status_code == 200


def test_it_takes_its_time(service: EligibilityService) -> None:
    service.set_latency(0.2)
    assert ask(service, b"taro").elapsed.total_seconds() >= 0.2


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("certificate_sha256", "00" * 32),
        ("medical_institution_code", "131"),
        ("visit", "00"),
        ("date", "2999-01-01"),
    ],
)
def test_a_wrong_question_is_refused(service: EligibilityService, key: str, value: str) -> None:
    assert ask(service, b"taro", **{key: value}).status_code == 400
