"""What the sans-I/O half of the link has to tell."""

from dataclasses import dataclass
from typing import TypeAlias

from hostlink.messages import AgentHello, DeviceHello, Message
from hostlink.reset import ResetReason


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Both ends have proven who they are and said hello."""

    peer: DeviceHello | AgentHello


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The session that was up has ended. Messages on their way may be lost."""

    reason: ResetReason


@dataclass(frozen=True, slots=True)
class Received:
    """A message from the other end, never a hello or a ping."""

    message: Message


LinkEvent: TypeAlias = LinkUp | LinkDown | Received
