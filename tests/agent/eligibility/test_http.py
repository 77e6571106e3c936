"""The HTTP source against the simulated service: answers, outages, one kept connection."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from agent.eligibility.http import Settings, create
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery, EligibilitySource
from agent.errors import ConfigError, EligibilityUnreachableError, MalformedQualificationError
from agent.tables import read_table
from hostlink.terms import ConsentItem, FailureCode
from tests.agent.world import INSTITUTION, TODAY, VISIT_ID, card
from tests.hw_sim.eligibility_service import SHIKEN_HANAKO, UKETSUKE_TARO, EligibilityService

TIMEOUT_S = 0.3


@pytest.fixture(scope="module")
def running() -> Iterator[EligibilityService]:
    with EligibilityService() as service:
        yield service


@pytest.fixture
def service(running: EligibilityService) -> EligibilityService:
    running.come_back()
    running.set_latency(0)
    running.enroll(card().sha256, UKETSUKE_TARO)
    return running


@pytest.fixture
def source(service: EligibilityService) -> Iterator[EligibilitySource]:
    source = create(Settings(url=service.url, timeout_s=TIMEOUT_S))
    yield source
    source.close()


@pytest.fixture
def query() -> EligibilityQuery:
    """The certificate of a card is made anew in each run, so its digest is too."""
    return EligibilityQuery(VISIT_ID, INSTITUTION, b"certificate of a card", TODAY.date())


@pytest.fixture
def enrolled(service: EligibilityService) -> EligibilityQuery:
    patient = card()
    service.enroll(patient.sha256, SHIKEN_HANAKO)
    return EligibilityQuery(VISIT_ID, INSTITUTION, patient.der, TODAY.date())


def test_an_insured_person(source: EligibilitySource, enrolled: EligibilityQuery) -> None:
    answer = source.ask(enrolled)
    assert isinstance(answer, EligibilityAnswer)
    assert answer.record is not None
    assert answer.record.person.name == "試験　花子"
    assert not answer.is_registered
    assert answer.consents == (
        ConsentItem.SURGERY,
        ConsentItem.DIAGNOSIS,
        ConsentItem.MEDICATION,
    )
    assert "花子" not in repr(answer)


def test_nobody_has_this_certificate(source: EligibilitySource, query: EligibilityQuery) -> None:
    assert source.ask(query) is FailureCode.ELIGIBILITY_NOT_FOUND


def test_an_outage_and_its_end(
    source: EligibilitySource, service: EligibilityService, enrolled: EligibilityQuery
) -> None:
    service.go_down()
    with pytest.raises(EligibilityUnreachableError):
        source.ask(enrolled)
    service.come_back()
    assert isinstance(source.ask(enrolled), EligibilityAnswer)


def test_a_service_that_is_too_slow(
    source: EligibilitySource, service: EligibilityService, enrolled: EligibilityQuery
) -> None:
    service.set_latency(5)
    started = time.monotonic()
    with pytest.raises(EligibilityUnreachableError):
        source.ask(enrolled)
    assert time.monotonic() - started < 10 * TIMEOUT_S


def test_nobody_listens(query: EligibilityQuery) -> None:
    source = create(Settings(url="http://127.0.0.1:9", timeout_s=TIMEOUT_S))
    with pytest.raises(EligibilityUnreachableError) as unreachable:
        source.ask(query)
    assert unreachable.value.cause == "ECONNREFUSED"


def test_nobody_knows_the_name(query: EligibilityQuery) -> None:
    source = create(Settings(url="https://eligibility.invalid", timeout_s=5))
    with pytest.raises(EligibilityUnreachableError) as unreachable:
        source.ask(query)
    assert unreachable.value.cause == "no such host"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"is_registered": 1, "consents": [], "record": {}}',
        b'{"is_registered": true, "consents": ["all"], "record": {}}',
        b'{"is_registered": true, "consents": [[]], "record": {}}',
        b'{"is_registered": true, "consents": [], "questions": ["dreams"], "record": {}}',
        b'{"is_registered": true, "consents": [], "questions": {}, "record": {}}',
        b'{"is_registered": true, "consents": ["surgery", "surgery"], "record": {}}',
        b'{"is_registered": true, "consents": [], "record": {}}',
        b" " * 70_000,
    ],
)
def test_an_answer_that_is_not_as_agreed(
    source: EligibilitySource, service: EligibilityService, query: EligibilityQuery, body: bytes
) -> None:
    service.talk_garbage(body)
    with pytest.raises(MalformedQualificationError):
        source.ask(query)


def test_no_error_tells_what_was_answered(
    source: EligibilitySource, service: EligibilityService, query: EligibilityQuery
) -> None:
    service.talk_garbage('{"record": "受付　太郎'.encode() + b"\xff")
    with pytest.raises(MalformedQualificationError) as malformed:
        source.ask(query)
    led_to_it = [malformed.value, malformed.value.__cause__, malformed.value.__context__]
    assert led_to_it == [malformed.value, None, None]


def test_an_endless_answer_is_not_read_to_its_end(query: EligibilityQuery) -> None:
    part, parts = bytes(65_536), 500
    sent: list[int] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            for _ in range(parts):
                connection.sendall(part)
                sent.append(len(part))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        source = create(Settings(url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout_s=5))
        with pytest.raises(MalformedQualificationError):
            source.ask(query)
        source.close()
        server.join(5)
    assert len(sent) < parts


def test_the_connection_is_kept_open(
    source: EligibilitySource, service: EligibilityService, enrolled: EligibilityQuery
) -> None:
    before = service.connections
    for _ in range(3):
        source.ask(enrolled)
    assert service.connections == before + 1


@pytest.mark.parametrize("url", ["http://eligibility.invalid", "ftp://127.0.0.1", "x", ""])
def test_an_address_that_would_show_names_on_a_network_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"\[eligibility\] url"):
        create(Settings(url=url))


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan")])
def test_a_timeout_must_be_a_time(timeout_s: float) -> None:
    values = {"url": "https://eligibility.invalid", "timeout_s": timeout_s}
    with pytest.raises(ConfigError, match="timeout_s"):
        read_table(values, Settings, Path(), "http")
