"""The two ends of a link: who each one is and how it introduces itself."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from hostlink.messages import (
    AgentHello,
    CertificateKept,
    CertificateRenewed,
    DeviceHello,
    DeviceReport,
    IdentityProven,
    Message,
    PairingCommitted,
    PairingConfirmed,
    PairingForgotten,
    PairingKept,
    PairingNonce,
    PairingRefused,
    PairingRequested,
    PairingRevealed,
    PairingSecret,
    Ping,
    Pong,
    ReportWanted,
    ResultAcknowledged,
    SignedResult,
    Unpaired,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
    VisitProgressed,
    VisitRefused,
)
from hostlink.tls import PAIRING_ALPN, SERVICE_ALPN


class Purpose(Enum):
    """What a session is for; the value is its ALPN."""

    SERVICE = SERVICE_ALPN
    PAIRING = PAIRING_ALPN


@dataclass(frozen=True, slots=True)
class DeviceEnd:
    """The reader: TLS server, follows the epochs of the agent, says hello first."""

    tls: ssl.SSLContext
    """From `hostlink.tls.device_context` or `pairing_device_context`."""
    make_hello: Callable[[], DeviceHello]
    """Called from the link thread for every session; the link fills in the challenge."""
    secret_of: Callable[[bytes], bytes | None]
    """The secret shared with the agent that showed this certificate (DER; empty: it showed none);
    None: not paired. Called from the link thread for every session."""
    purpose: Purpose = Purpose.SERVICE


@dataclass(frozen=True, slots=True)
class AgentEnd:
    """The reception PC: TLS client, begins the epochs, answers the device's hello."""

    tls: ssl.SSLContext
    """From `hostlink.tls.paired_agent_context` or `pairing_agent_context`."""
    make_hello: Callable[[DeviceHello], AgentHello]
    """Called from the link thread for every session; the link itself fills in `version`, challenge
    and proof."""
    secret: bytes = field(repr=False)
    """Shared with this reader, 16 bytes; in a pairing `hostlink.pairing.NO_SECRET`."""
    server_name: str | None = None
    """From `hostlink.tls.server_name`; in a pairing none."""
    purpose: Purpose = Purpose.SERVICE


End: TypeAlias = DeviceEnd | AgentEnd

_FROM_DEVICE = {
    Purpose.SERVICE: (
        VisitOpened,
        IdentityProven,
        SignedResult,
        CertificateKept,
        PairingForgotten,
        DeviceReport,
        VisitProgressed,
    ),
    Purpose.PAIRING: (
        PairingCommitted,
        PairingRevealed,
        PairingConfirmed,
        PairingKept,
        PairingRefused,
    ),
}
_FROM_AGENT = {
    Purpose.SERVICE: (
        VisitChallenge,
        VisitOptions,
        VisitRefused,
        ResultAcknowledged,
        CertificateRenewed,
        Unpaired,
        ReportWanted,
    ),
    Purpose.PAIRING: (PairingRequested, PairingNonce, PairingSecret, PairingRefused),
}
_FROM_BOTH = (Ping, Pong)


def may_receive(end: End, message: Message) -> bool:
    """Whether this end accepts such a message once the link is up.

    Source: facts/security.md §2, T9 (allow-listed intents), §4.4 (command gate).
    """
    allowed = _FROM_AGENT if isinstance(end, DeviceEnd) else _FROM_DEVICE
    return isinstance(message, allowed[end.purpose] + _FROM_BOTH)
