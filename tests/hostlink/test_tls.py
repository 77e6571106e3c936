"""Who may talk to whom, and when by whose clock."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from hostlink import tls
from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.errors import UnsuitableCertificateError
from hostlink.reset import ResetReason, SessionEndedError
from hostlink.tls_pipe import TlsPipe
from tests.hostlink import pki
from tests.hostlink.paired_ends import agent_end_of, certificate_of, device_end_of
from tests.hostlink.pki import FOR_CLIENT, FOR_SERVER, IS_LEAF, is_ca, issue, name_of, usage

EARLY, LATE = datetime(1999, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)


def shake_hands(device_end: DeviceEnd, agent_end: AgentEnd) -> ResetReason | None:
    """Why the device, or else the agent, refuses; none if both agree."""
    server, client = TlsPipe(device_end), TlsPipe(agent_end)
    try:
        client.shake_hands()
        server.put(client.take())
        server.shake_hands()
        client.put(server.take())
        assert client.shake_hands()
        server.put(client.take())
        assert server.shake_hands()
    except SessionEndedError as ended:
        return ended.reason
    client.write(b"hello")
    server.put(client.take())
    assert server.read() == b"hello"
    return None


def ends(folder: Path, reader: pki.Identity, agent: pki.Identity) -> tuple[DeviceEnd, AgentEnd]:
    return device_end_of(folder, reader, agent), agent_end_of(folder, agent, reader)


def test_good(device_end: DeviceEnd, agent_end: AgentEnd) -> None:
    assert shake_hands(device_end, agent_end) is None


def lock(key: Path, password: bytes) -> None:
    pem = pki.READER.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    key.write_bytes(pem)


def test_a_locked_key_file_is_opened_with_its_password(tmp_path: Path) -> None:
    device_end, agent_end = ends(tmp_path, pki.READER, pki.AGENT)
    certificate, key = tmp_path / "a_reader.pem", tmp_path / "a_reader.key"
    lock(key, b"password")
    pinned = [certificate_of(pki.AGENT)]
    opened = tls.paired_device_context(certificate, key, pinned, b"password")
    device_end = replace(device_end, tls=tls.device_context(lambda _: opened))
    assert shake_hands(device_end, agent_end) is None


def test_without_it_nobody_is_asked_at_the_terminal(tmp_path: Path) -> None:
    ends(tmp_path, pki.READER, pki.AGENT)
    key = tmp_path / "a_reader.key"
    lock(key, b"password")
    for password in (None, b"wrong"):
        with pytest.raises(ssl.SSLError):
            tls.paired_device_context(tmp_path / "a_reader.pem", key, [], password)


def test_only_tls_1_3(device_end: DeviceEnd, agent_end: AgentEnd) -> None:
    for end in (device_end, agent_end):
        assert end.tls.minimum_version is ssl.TLSVersion.TLSv1_3
        assert end.tls.verify_mode is ssl.CERT_REQUIRED
    assert device_end.tls.num_tickets == 0


def test_strangers(
    device_end: DeviceEnd,
    agent_end: AgentEnd,
    strange_device_end: DeviceEnd,
    strange_agent_end: AgentEnd,
) -> None:
    assert shake_hands(strange_device_end, agent_end) is ResetReason.PEER_NOT_TRUSTED
    assert shake_hands(device_end, strange_agent_end) is ResetReason.PEER_NOT_TRUSTED


def test_device_checks_no_time(tmp_path: Path) -> None:
    expired = issue(name_of("Test agent"), 40, None, IS_LEAF, valid_from=EARLY, valid_to=LATE)
    assert shake_hands(*ends(tmp_path, pki.READER, expired)) is None


def test_negative_control_time_is_checked_without_the_flag(tmp_path: Path) -> None:
    expired = issue(name_of("Test agent"), 40, None, IS_LEAF, valid_from=EARLY, valid_to=LATE)
    device_end, agent_end = ends(tmp_path, pki.READER, expired)
    device_end.tls.verify_flags &= ~ssl.VerifyFlags(0x200000)
    assert shake_hands(device_end, agent_end) is ResetReason.PEER_NOT_TRUSTED


def test_agent_checks_no_time(tmp_path: Path) -> None:
    expired = issue(name_of("Test reader"), 41, pki.MAKER, IS_LEAF, valid_from=EARLY, valid_to=LATE)
    assert shake_hands(*ends(tmp_path, expired, pki.AGENT)) is None


@pytest.mark.parametrize("issued_by_maker", [True, False])
def test_pinned_agent_may_be_self_signed_or_issued(tmp_path: Path, issued_by_maker: bool) -> None:
    issuer = pki.MAKER if issued_by_maker else None
    pinned = issue(name_of("Test agent"), 42, issuer, IS_LEAF, usage(signs=True), FOR_CLIENT)
    assert shake_hands(*ends(tmp_path, pki.READER, pinned)) is None


def test_pin_is_one_certificate_and_not_its_issuer(tmp_path: Path) -> None:
    pinned = issue(name_of("Test agent"), 42, pki.MAKER, IS_LEAF, FOR_CLIENT)
    sibling = issue(name_of("Test agent"), 43, pki.MAKER, IS_LEAF, FOR_CLIENT)
    device_end, _ = ends(tmp_path, pki.READER, pinned)
    _, agent_end = ends(tmp_path, pki.READER, sibling)
    assert shake_hands(device_end, agent_end) is ResetReason.PEER_NOT_TRUSTED


def test_agent_certificate_cannot_issue_another_agent(tmp_path: Path) -> None:
    child = issue(name_of("Test child"), 44, pki.AGENT, IS_LEAF, FOR_CLIENT)
    child = pki.Identity(child.key, (child.leaf, pki.AGENT.leaf))
    device_end, _ = ends(tmp_path, pki.READER, pki.AGENT)
    _, agent_end = ends(tmp_path, pki.READER, child)
    assert shake_hands(device_end, agent_end) is ResetReason.PEER_NOT_TRUSTED


def test_pinned_certificate_without_constraints(tmp_path: Path) -> None:
    plain = issue(name_of("Test agent"), 45, None)
    child = issue(name_of("Test child"), 46, plain, FOR_CLIENT)
    child = pki.Identity(child.key, (child.leaf, plain.leaf))
    device_end, agent_end = ends(tmp_path, pki.READER, plain)
    assert shake_hands(device_end, agent_end) is None
    _, child_end = ends(tmp_path, pki.READER, child)
    assert shake_hands(device_end, child_end) is ResetReason.PEER_NOT_TRUSTED


def test_ca_cannot_be_pinned(tmp_path: Path) -> None:
    ca = issue(name_of("Test agent"), 47, None, is_ca())
    with pytest.raises(UnsuitableCertificateError):
        ends(tmp_path, pki.READER, ca)


def test_agent_certificate_does_not_serve_as_reader(tmp_path: Path) -> None:
    client_only = issue(name_of("Test reader"), 48, pki.MAKER, IS_LEAF, FOR_CLIENT)
    both = ends(tmp_path, client_only, pki.AGENT)
    assert shake_hands(*both) is ResetReason.PEER_NOT_TRUSTED
    server_only = issue(name_of("Test agent"), 49, None, IS_LEAF, FOR_SERVER)
    both = ends(tmp_path, pki.READER, server_only)
    assert shake_hands(*both) is ResetReason.PEER_NOT_TRUSTED


def test_other_protocol(tmp_path: Path) -> None:
    device_end, agent_end = ends(tmp_path, pki.READER, pki.AGENT)
    agent_end.tls.set_alpn_protocols(["other/1"])
    assert shake_hands(device_end, agent_end) is ResetReason.VERSION_MISMATCH


def test_end_of_tls_ends_the_session(device_end: DeviceEnd, agent_end: AgentEnd) -> None:
    server, client = TlsPipe(device_end), TlsPipe(agent_end)
    for _ in range(2):
        client.shake_hands()
        server.put(client.take())
        server.shake_hands()
        client.put(server.take())
    with pytest.raises(ssl.SSLWantReadError):
        server._tls.unwrap()  # a close_notify, which our own ends never send
    client.put(server.take())
    with pytest.raises(SessionEndedError):
        client.read()


def test_garbage_is_a_failure_and_not_a_crash(device_end: DeviceEnd) -> None:
    pipe = TlsPipe(device_end)
    pipe.put(b"login: " * 10)
    with pytest.raises(SessionEndedError) as ended:
        pipe.shake_hands()
    assert ended.value.reason is ResetReason.TLS_FAILED
