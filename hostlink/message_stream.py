"""Messages in the byte stream inside TLS: each with its length, u32 big-endian, before it."""

import struct
from collections.abc import Iterator

from hostlink import codec
from hostlink.errors import MalformedMessageError
from hostlink.messages import Message
from hostlink.reset import ResetReason, SessionEndedError

_LENGTH = struct.Struct(">I")


def envelop(encoded: bytes) -> bytes:
    """One encoded message as it goes into the stream."""
    return _LENGTH.pack(len(encoded)) + encoded


class MessageStream:
    """Cuts the stream from the other end into messages."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, plain: bytes) -> Iterator[Message]:
        """Take the next bytes and give the messages they complete, in order.

        Raises:
            SessionEndedError: A length of zero or above 64 KiB, or a malformed message.
        """
        self._pending += plain
        while len(self._pending) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._pending)
            if not 0 < length <= codec.MAX_MESSAGE_BYTES:
                raise SessionEndedError(ResetReason.MALFORMED_MESSAGE)
            end = _LENGTH.size + length
            if len(self._pending) < end:
                return
            encoded = bytes(self._pending[_LENGTH.size : end])
            del self._pending[:end]
            yield _decoded(encoded)


def _decoded(encoded: bytes) -> Message:
    try:
        return codec.decode(encoded)
    except MalformedMessageError:
        raise SessionEndedError(ResetReason.MALFORMED_MESSAGE) from None
