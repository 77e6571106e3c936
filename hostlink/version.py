"""Which version of the messages the two ends speak."""

from collections.abc import Mapping

from hostlink.messages import AgentHello, DeviceHello, Message, VisitProgressed
from hostlink.reset import ResetReason, SessionEndedError

LOWEST_VERSION = 1
HIGHEST_VERSION = 2

_ADDED_IN: Mapping[type[Message], int] = {VisitProgressed: 2}
"""What an end of an older version does not know, and would end the session on."""


def may_send(message: Message, version: int) -> bool:
    """Whether this message belongs to the version that both ends speak."""
    return _ADDED_IN.get(type(message), LOWEST_VERSION) <= version


def choose_version(device: DeviceHello) -> int:
    """The highest version both ends know.

    Raises:
        SessionEndedError: There is none.
    """
    version = min(device.highest_version, HIGHEST_VERSION)
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
