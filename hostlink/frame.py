"""Frames on the cable: `00 | COBS(header, payload, CRC-32) | 00`.

Any zero byte starts over, so a receiver is back in step at the next frame whatever came before.
Frames are not repeated when damaged; the link starts a new epoch instead (`channel.py`).

Source: facts/security.md §4.1 and §4.2; COBS: Cheshire and Baker, IEEE/ACM ToN 7(2), 1999.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum, unique

from cobs import cobs  # type: ignore[import-untyped]  # the package ships no types

from hostlink.errors import MalformedFrameError

FRAME_VERSION = 1
MAX_PAYLOAD_BYTES = 1024
MAX_ENCODED_BYTES = 4352
"""A receiver gives up on a run longer than this without a zero byte."""
FIRST_CRITICAL_TYPE = 0x80
"""Types from here on must not be ignored by a receiver that does not know them."""

_HEADER = struct.Struct(">BBIH")
_CRC = struct.Struct(">I")


@unique
class FrameType(IntEnum):
    """What a frame is for."""

    START = 1
    """Agent to device: a new epoch begins; holds the first bytes of the TLS session."""
    DATA = 2
    """The next bytes of the TLS session."""
    RESET = 3
    """The sender has ended this epoch, or (epoch 0) has none; holds one `ResetReason` byte."""


@unique
class FrameDamage(Enum):
    """What was found instead of a frame."""

    BROKEN = 1
    """No COBS, a wrong CRC-32, or an impossible length."""
    OTHER_VERSION = 2
    """A sound frame of another frame version."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as both ends understand it."""

    type: int
    """A `FrameType`, or a number this version does not know."""
    epoch: int
    """Random u32 of the session the frame belongs to; 0: none."""
    seq: int
    """u16, counts START and DATA frames of one direction from 0 and wraps; 0 in RESET."""
    payload: bytes
    """At most 1,024 bytes."""


def encode_frame(frame: Frame) -> bytes:
    """The bytes of one frame, with a delimiter at both ends."""
    body = _HEADER.pack(FRAME_VERSION, frame.type, frame.epoch, frame.seq) + frame.payload
    encoded: bytes = cobs.encode(body + _CRC.pack(zlib.crc32(body)))
    return b"\0" + encoded + b"\0"


def decode_frame(encoded: bytes) -> Frame | None:
    """The frame between two delimiters.

    Returns:
        The frame, or none if it is a sound frame of another frame version.

    Raises:
        MalformedFrameError: The bytes are damaged.
    """
    try:
        decoded: bytes = cobs.decode(encoded)
    except cobs.DecodeError:
        raise MalformedFrameError from None
    body, check = decoded[: -_CRC.size], decoded[-_CRC.size :]
    if len(body) < _HEADER.size or _CRC.pack(zlib.crc32(body)) != check:
        raise MalformedFrameError
    version, frame_type, epoch, seq = _HEADER.unpack_from(body)
    if version != FRAME_VERSION:
        return None
    payload = body[_HEADER.size :]
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise MalformedFrameError
    return Frame(frame_type, epoch, seq, payload)


class FrameDecoder:
    """Finds frames in whatever comes out of a freshly opened cable."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._is_in_step = False
        """False until the first delimiter: what comes before it is somebody's tail."""

    def feed(self, data: bytes) -> Iterator[Frame | FrameDamage]:
        """Take the next bytes off the cable and give what they complete, in order."""
        *ended, rest = data.split(b"\0")
        for piece in ended:
            self._append(piece)
            encoded, was_in_step = bytes(self._pending), self._is_in_step
            self._pending.clear()
            self._is_in_step = True
            if encoded and was_in_step:
                yield _judge(encoded)
        self._append(rest)

    def _append(self, piece: bytes) -> None:
        # One byte more than allowed is kept as the mark that this run is too long.
        room = MAX_ENCODED_BYTES + 1 - len(self._pending)
        self._pending += piece[:room]


def _judge(encoded: bytes) -> Frame | FrameDamage:
    if len(encoded) > MAX_ENCODED_BYTES:
        return FrameDamage.BROKEN
    try:
        return decode_frame(encoded) or FrameDamage.OTHER_VERSION
    except MalformedFrameError:
        return FrameDamage.BROKEN
