"""Who is paired with whom: the certificate that is asked for, and the secret both must know."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hostlink import tls
from hostlink.ends import AgentEnd, DeviceEnd, Purpose, may_receive
from hostlink.link_certificate import agent_certificate, reader_certificate
from hostlink.messages import (
    CertificateRenewed,
    Message,
    PairingConfirmed,
    PairingRequested,
    SignedResult,
    Unpaired,
    VisitOpened,
)
from hostlink.pairing import agent_proof, device_proof
from hostlink.reset import ResetReason
from tests.hostlink import pki, samples
from tests.hostlink.paired_ends import (
    SECRET,
    agent_end_of,
    certificate_of,
    device_end_of,
    pairing_agent_end,
    pairing_device_end,
)
from tests.hostlink.test_tls import shake_hands
from tests.hostlink.wire import RESTART_S, Wire

OTHER_SECRET = bytes(16)


def reasons(wire: Wire) -> set[ResetReason]:
    """Why sessions ended, at either end."""
    wire.plug()
    wire.run(RESTART_S)
    return {*wire.device.tally.resets, *wire.agent.tally.resets}


@pytest.mark.parametrize("at", ["device", "agent"])
def test_the_right_certificates_without_the_secret_are_not_enough(
    device_end: DeviceEnd, agent_end: AgentEnd, at: str
) -> None:
    if at == "device":
        device_end = replace(device_end, secret_of=lambda _: OTHER_SECRET)
    else:
        agent_end = replace(agent_end, secret=OTHER_SECRET)
    wire = Wire(device_end, agent_end)
    assert ResetReason.NOT_PAIRED in reasons(wire)
    assert wire.device_events == wire.agent_events == []


def test_negative_control_with_the_secret_they_are(
    device_end: DeviceEnd, agent_end: AgentEnd
) -> None:
    wire = Wire(device_end, agent_end)
    assert ResetReason.NOT_PAIRED not in reasons(wire)
    assert wire.device_events
    assert wire.agent_events


def test_an_agent_that_does_not_check_would_take_a_reader_without_the_secret(
    device_end: DeviceEnd, agent_end: AgentEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the device knows another secret and takes whatever the agent proves."""
    monkeypatch.setattr("hostlink.session.compare_digest", lambda *_: True)
    wire = Wire(replace(device_end, secret_of=lambda _: OTHER_SECRET), agent_end)
    reasons(wire)
    assert wire.agent_events


def test_an_agent_that_is_no_longer_paired_is_turned_away(
    device_end: DeviceEnd, agent_end: AgentEnd
) -> None:
    wire = Wire(replace(device_end, secret_of=lambda _: None), agent_end)
    assert ResetReason.NOT_PAIRED in reasons(wire)


def test_neither_proof_serves_in_place_of_the_other_or_in_another_session() -> None:
    proofs = {
        make(SECRET, first, second)
        for make in (agent_proof, device_proof)
        for first, second in (
            (bytes(16), bytes(16)),
            (bytes(16), b"1" * 16),
            (b"1" * 16, bytes(16)),
        )
    }
    assert len(proofs) == 6


def test_a_reader_shows_each_agent_the_certificate_made_for_it(tmp_path: Path) -> None:
    ends = {}
    contexts = {}
    for name, reader, agent in (("a", 60, 61), ("b", 62, 63)):
        folder = tmp_path / name
        folder.mkdir()
        of_reader = pki.issue(pki.name_of("reader"), reader, None, pki.IS_LEAF, pki.FOR_SERVER)
        of_agent = pki.issue(pki.name_of("agent"), agent, None, pki.IS_LEAF, pki.FOR_CLIENT)
        ends[name] = agent_end_of(folder, of_agent, of_reader)
        contexts[tls.server_name(certificate_of(of_reader))] = tls.paired_device_context(
            *of_reader.write(folder, "reader"), [certificate_of(of_agent)]
        )
    device_end = replace(device_end_of(tmp_path), tls=tls.device_context(contexts.get))
    for end in ends.values():
        assert shake_hands(device_end, end) is None
    crossed = replace(ends["a"], server_name=ends["b"].server_name)
    assert shake_hands(device_end, crossed) is ResetReason.PEER_NOT_TRUSTED


@pytest.mark.parametrize("name", ["reader-0000000000000000", None])
def test_a_certificate_nobody_has_is_not_shown(
    device_end: DeviceEnd, agent_end: AgentEnd, name: str | None
) -> None:
    stranger = replace(agent_end, server_name=name)
    assert shake_hands(device_end, stranger) is ResetReason.PEER_NOT_TRUSTED


def test_pairing_and_service_are_two_protocols(tmp_path: Path, agent_end: AgentEnd) -> None:
    files = pki.READER.write(tmp_path, "reader")
    maker, _ = pki.MAKER.write(tmp_path, "maker")
    waiting = pairing_device_end(tls.pairing_device_context(*files))
    asking = pairing_agent_end(tls.pairing_agent_context(maker))
    assert shake_hands(waiting, asking) is None
    refused = {ResetReason.VERSION_MISMATCH, ResetReason.TLS_FAILED, ResetReason.PEER_NOT_TRUSTED}
    assert shake_hands(waiting, agent_end) in refused
    assert shake_hands(device_end_of(tmp_path), asking) in refused


def test_a_reader_of_another_maker_is_not_paired(tmp_path: Path) -> None:
    maker, _ = pki.MAKER.write(tmp_path, "maker")
    stranger = pairing_device_end(
        tls.pairing_device_context(*pki.STRANGE_READER.write(tmp_path, "stranger"))
    )
    asking = pairing_agent_end(tls.pairing_agent_context(maker))
    assert shake_hands(stranger, asking) is ResetReason.PEER_NOT_TRUSTED


SERVICE_ONLY: tuple[type[Message], ...] = (VisitOpened, SignedResult, CertificateRenewed, Unpaired)
PAIRING_ONLY: tuple[type[Message], ...] = (PairingRequested, PairingConfirmed)


@pytest.mark.parametrize("message", samples.MESSAGES, ids=lambda message: type(message).__name__)
def test_who_is_not_paired_may_say_nothing_else(
    message: Message, device_end: DeviceEnd, agent_end: AgentEnd
) -> None:
    for end in (device_end, agent_end):
        in_pairing = may_receive(replace(end, purpose=Purpose.PAIRING), message)
        in_service = may_receive(end, message)
        if isinstance(message, SERVICE_ONLY):
            assert not in_pairing
        if isinstance(message, PAIRING_ONLY):
            assert not in_service
        if type(message).__name__ not in {"Ping", "Pong"}:
            assert not (in_pairing and in_service)


def test_certificates_made_at_a_pairing_are_for_one_end_and_never_a_ca() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    for make, usage in (
        (reader_certificate, ExtendedKeyUsageOID.SERVER_AUTH),
        (agent_certificate, ExtendedKeyUsageOID.CLIENT_AUTH),
    ):
        made = x509.load_der_x509_certificate(make(key))
        extensions = made.extensions
        assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [usage]
        # Without it the certificate can name no reader, and so sign no result.
        assert made.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER) == []
