"""Why a session of the link ended."""

from enum import IntEnum, unique

from hostlink.errors import HostlinkError


@unique
class ResetReason(IntEnum):
    """The values travel in RESET frames: never reuse one."""

    CABLE_LOST = 1
    """The port is gone; the only reason that is never sent."""
    CLOSED = 2
    """One end was told to stop."""
    STARTED = 3
    """The device has just opened its port and knows no session."""
    PEER_RESET = 4
    """The other end asked for a reset or began anew."""
    DAMAGED_FRAME = 5
    GAP = 6
    """A frame is missing."""
    UNSUPPORTED_FRAME = 7
    """A critical frame type of a later version."""
    TLS_FAILED = 8
    PEER_NOT_TRUSTED = 9
    """The other end's certificate does not verify."""
    VERSION_MISMATCH = 10
    """No version that both ends speak."""
    MALFORMED_MESSAGE = 11
    UNEXPECTED_MESSAGE = 12
    """A sound message that this end must not send, or not now."""
    HANDSHAKE_TIMEOUT = 13
    """Not up within three seconds."""
    SILENT = 14
    """Nothing heard for three seconds."""
    NOT_PAIRED = 15
    """The other end does not know the secret of the pairing."""


class SessionEndedError(HostlinkError):
    """Inside the link only: this session cannot go on."""

    def __init__(self, reason: ResetReason) -> None:
        super().__init__(reason.name)
        self.reason = reason
