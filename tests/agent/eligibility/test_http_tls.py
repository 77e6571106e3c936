"""The agent shows the service who it is, and tells a stranger nothing."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.eligibility import http
from agent.eligibility.http import Settings, create
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery, EligibilitySource
from agent.errors import ConfigError, EligibilityUnreachableError
from agent.tables import read_table
from tests.agent.relays import tls_world
from tests.agent.world import INSTITUTION, TODAY, VISIT_ID
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService

QUERY = EligibilityQuery(VISIT_ID, INSTITUTION, b"certificate of a card", TODAY.date())


@contextmanager
def running(context: ssl.SSLContext) -> Iterator[EligibilityService]:
    with EligibilityService(default_person=UKETSUKE_TARO, tls=context) as service:
        yield service


@contextmanager
def source_of(url: str, folder: Path, **files: str) -> Iterator[EligibilitySource]:
    source = create(read_table({"url": url, **files}, Settings, folder, "test"))
    yield source
    source.close()


def test_both_ends_show_who_they_are(tmp_path: Path) -> None:
    chain, key = tls_world.AGENT.write(tmp_path, "agent")
    trust = tls_world.root_file(tmp_path)
    context = tls_world.context(tmp_path, tls_world.server(), wants_client=True)
    files = {"client_certificate": str(chain), "client_key": str(key), "trust": str(trust)}
    with running(context) as service, source_of(service.url, tmp_path, **files) as source:
        assert isinstance(source.ask(QUERY), EligibilityAnswer)


def test_a_service_that_wants_a_certificate_is_asked_nothing_without(tmp_path: Path) -> None:
    context = tls_world.context(tmp_path, tls_world.server(), wants_client=True)
    trust = str(tls_world.root_file(tmp_path))
    with running(context) as service, source_of(service.url, tmp_path, trust=trust) as source:
        with pytest.raises(EligibilityUnreachableError) as unreachable:
            source.ask(QUERY)
        # The question may cross the refusal on its way, which is lost then; `doctor` hears it.
        assert unreachable.value.cause in {"TLSV13_ALERT_CERTIFICATE_REQUIRED", "ReadError"}
        assert not service.questions


@pytest.mark.parametrize("who", tls_world.STRANGERS)
def test_a_stranger_is_asked_nothing(tmp_path: Path, who: str) -> None:
    shown, trusted = tls_world.STRANGERS[who]
    files = {} if trusted is None else {"trust": str(tls_world.root_file(tmp_path, trusted))}
    context = tls_world.context(tmp_path, shown)
    with running(context) as service, source_of(service.url, tmp_path, **files) as source:
        with pytest.raises(EligibilityUnreachableError) as unreachable:
            source.ask(QUERY)
        assert unreachable.value.cause == "CERTIFICATE_VERIFY_FAILED"
        assert not service.questions


def test_trusting_everybody_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without a look at the certificate the stranger has the question."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    monkeypatch.setattr(http, "tls_context", lambda *_: anybody)
    context = tls_world.context(tmp_path, tls_world.server())
    with running(context) as service, source_of(service.url, tmp_path) as source:
        assert isinstance(source.ask(QUERY), EligibilityAnswer)
        assert service.questions


@pytest.mark.parametrize("key", ["client_certificate", "client_key", "trust"])
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, key: str) -> None:
    with (
        pytest.raises(ConfigError, match=rf"^\[eligibility\] {key}: .*\.$"),
        source_of("https://gateway.invalid", tmp_path, **{key: "missing.pem"}),
    ):
        pass
