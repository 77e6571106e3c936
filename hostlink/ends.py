"""The two ends of a link: who each one is and how it introduces itself."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from hostlink.messages import (
    AgentHello,
    DeviceHello,
    IdentityProven,
    Message,
    Ping,
    Pong,
    ResultAcknowledged,
    SignedResult,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
    VisitRefused,
)


@dataclass(frozen=True, slots=True)
class DeviceEnd:
    """The reader: TLS server, follows the epochs of the agent, says hello first."""

    tls: ssl.SSLContext
    """From `hostlink.tls.device_context`."""
    make_hello: Callable[[], DeviceHello]
    """Called from the link thread for every session."""


@dataclass(frozen=True, slots=True)
class AgentEnd:
    """The reception PC: TLS client, begins the epochs, answers the device's hello."""

    tls: ssl.SSLContext
    """From `hostlink.tls.agent_context`."""
    make_hello: Callable[[DeviceHello], AgentHello]
    """Called from the link thread for every session; the link itself fills in `version`."""


End: TypeAlias = DeviceEnd | AgentEnd

_FROM_DEVICE = (VisitOpened, IdentityProven, SignedResult)
_FROM_AGENT = (VisitChallenge, VisitOptions, VisitRefused, ResultAcknowledged)
_FROM_BOTH = (Ping, Pong)


def may_receive(end: End, message: Message) -> bool:
    """Whether this end accepts such a message once the link is up.

    Source: facts/security.md §2, T9 (allow-listed intents).
    """
    allowed = _FROM_AGENT if isinstance(end, DeviceEnd) else _FROM_DEVICE
    return isinstance(message, allowed + _FROM_BOTH)
