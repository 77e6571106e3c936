"""A reader and its agents as they are once they have been paired."""

import ssl
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from hostlink import tls
from hostlink.ends import AgentEnd, DeviceEnd, Purpose
from hostlink.messages import AgentHello, DeviceHello
from hostlink.pairing import NO_SECRET
from tests.hostlink import samples
from tests.hostlink.pki import AGENT, READER, Identity

SECRET = bytes(range(0xA0, 0xB0))
"""What the two share."""


def certificate_of(identity: Identity) -> bytes:
    """DER of what this end shows."""
    return identity.leaf.public_bytes(Encoding.DER)


def device_end_of(
    folder: Path,
    reader: Identity = READER,
    agent: Identity = AGENT,
    make_hello: Callable[[], DeviceHello] = lambda: samples.DEVICE_HELLO,
) -> DeviceEnd:
    """The reader's end of its one pairing."""
    context = tls.paired_device_context(*reader.write(folder, "a_reader"), [certificate_of(agent)])
    contexts = {tls.server_name(certificate_of(reader)): context}
    secrets = {certificate_of(agent): SECRET}
    return DeviceEnd(tls.device_context(contexts.get), make_hello, secrets.get)


def agent_end_of(
    folder: Path,
    agent: Identity = AGENT,
    reader: Identity = READER,
    make_hello: Callable[[DeviceHello], AgentHello] = lambda _: samples.AGENT_HELLO,
) -> AgentEnd:
    """The agent's end of its one pairing."""
    expected = certificate_of(reader)
    context = tls.paired_agent_context(identity_file(folder, agent), expected)
    return AgentEnd(context, make_hello, SECRET, tls.server_name(expected))


def identity_file(folder: Path, agent: Identity) -> Path:
    """Certificate and key of an agent in one PEM file."""
    certificate, key = agent.write(folder, "an_agent")
    both = folder / "an_agent_identity.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    return both


def pairing_device_end(context: ssl.SSLContext) -> DeviceEnd:
    """The reader's end while it is being paired."""
    return DeviceEnd(context, lambda: samples.DEVICE_HELLO, lambda _: NO_SECRET, Purpose.PAIRING)


def pairing_agent_end(context: ssl.SSLContext) -> AgentEnd:
    """The agent's end while it pairs."""
    return AgentEnd(context, lambda _: samples.AGENT_HELLO, NO_SECRET, purpose=Purpose.PAIRING)
