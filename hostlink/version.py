"""Which version of the messages the two ends speak."""

from collections.abc import Mapping
from dataclasses import replace

from hostlink.messages import AgentHello, DeviceHello, Message, VisitOptions, VisitProgressed
from hostlink.reset import ResetReason, SessionEndedError

LOWEST_VERSION = 1
HIGHEST_VERSION = 3

_ADDED_IN: Mapping[type[Message], int] = {VisitProgressed: 2}
_BIRTHDATE_ADDED_IN = 3


def agreed_version(peer: DeviceHello | AgentHello) -> int:
    """What both ends speak, once the other one's hello was believed."""
    if isinstance(peer, AgentHello):
        return peer.version
    return min(peer.highest_version, HIGHEST_VERSION)


def as_known_in(version: int, message: Message) -> Message | None:
    """What of a message an end of that version knows: it would end the session on anything else.

    Returns:
        None: it does not know such a message.
    """
    if _ADDED_IN.get(type(message), LOWEST_VERSION) > version:
        return None
    if isinstance(message, VisitOptions) and version < _BIRTHDATE_ADDED_IN:
        return replace(message, birthdate=None)
    return message


def choose_version(device: DeviceHello) -> int:
    """The highest version both ends know.

    Raises:
        SessionEndedError: There is none.
    """
    version = agreed_version(device)
    if version < max(device.lowest_version, LOWEST_VERSION):
        raise SessionEndedError(ResetReason.VERSION_MISMATCH)
    return version


def check_version(offered: DeviceHello, answer: AgentHello) -> None:
    """Make sure the agent chose one of the versions the device offered.

    Raises:
        SessionEndedError: It did not.
    """
    if not offered.lowest_version <= answer.version <= offered.highest_version:
        raise SessionEndedError(ResetReason.VERSION_MISMATCH)
