"""An https address is reachable only where both ends trust each other."""

import ssl
from pathlib import Path

import httpx
import pytest

from agent import reachable
from agent.mutual_tls import TlsSettings, tls_context
from agent.reachable import try_address
from tests.agent.relays import tls_world
from tests.hw_sim.eligibility_service import EligibilityService


def trusting(folder: Path, trust: Path | None, *, with_certificate: bool = True) -> ssl.SSLContext:
    chain, key = tls_world.AGENT.write(folder, "agent") if with_certificate else (None, None)
    return tls_context(TlsSettings(client_certificate=chain, client_key=key, trust=trust), "test")


def test_both_ends_trust_each_other(tmp_path: Path) -> None:
    context = tls_world.context(tmp_path, tls_world.server(), wants_client=True)
    with EligibilityService(tls=context) as service:
        finding = try_address(
            httpx.URL(service.url), trusting(tmp_path, tls_world.root_file(tmp_path))
        )
        assert finding.is_well
        assert not service.questions


@pytest.mark.parametrize("who", tls_world.STRANGERS)
def test_a_stranger_is_found(tmp_path: Path, who: str) -> None:
    shown, trusted = tls_world.STRANGERS[who]
    trust = None if trusted is None else tls_world.root_file(tmp_path, trusted)
    with EligibilityService(tls=tls_world.context(tmp_path, shown)) as service:
        finding = try_address(httpx.URL(service.url), trusting(tmp_path, trust))
    assert "do not trust each other (CERTIFICATE_VERIFY_FAILED)" in str(finding)
    assert "Compare client_certificate, client_key and trust" in str(finding)


def test_negative_control_without_a_handshake_the_stranger_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reachable, "_shake_hands", lambda *_: None)
    with EligibilityService(tls=tls_world.context(tmp_path, tls_world.server())) as service:
        assert try_address(httpx.URL(service.url), trusting(tmp_path, None)).is_well


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_service_that_does_not_know_this_agent_is_found(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    context = tls_world.context(tmp_path, tls_world.server(), wants_client=True)
    context.minimum_version = context.maximum_version = version
    tls = trusting(tmp_path, tls_world.root_file(tmp_path), with_certificate=False)
    with EligibilityService(tls=context) as service:
        finding = try_address(httpx.URL(service.url), tls)
    assert "do not trust each other" in str(finding)


def test_http_on_this_pc_is_asked_without(tmp_path: Path) -> None:
    with EligibilityService() as service:
        assert try_address(httpx.URL(service.url), trusting(tmp_path, None)).is_well
