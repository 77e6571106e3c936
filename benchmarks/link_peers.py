"""Two other ways to put messages on a serial cable, to measure ours beside them.

Both carry the same bytes over the same kind of pty. Neither encrypts, proves who speaks, or sends
again what was lost.
"""

import base64
import binascii
import struct
from collections.abc import Iterator

from hostlink.port import ByteStream

READ_BYTES = 64 * 1024
_SMP_LINE = 127
_SMP_START, _SMP_MORE = b"\x06\x09", b"\x04\x14"
_SMP_TEXT = (_SMP_LINE - len(_SMP_START) - 1) // 4 * 4
"""Base64 characters in a line."""


class PlainPort:
    """Length and bytes: what pyserial alone makes of it."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._rest = bytearray()

    def send(self, message: bytes) -> None:
        """Writes one message."""
        self._stream.write(struct.pack(">I", len(message)) + message)

    def receive(self) -> Iterator[bytes]:
        """The messages that one read completes."""
        self._rest += self._stream.read(READ_BYTES)
        while len(self._rest) >= 4:
            end = 4 + struct.unpack_from(">I", self._rest)[0]
            if len(self._rest) < end:
                return
            yield bytes(self._rest[4:end])
            del self._rest[:end]


class SmpConsole:
    """Framing as MCUmgr's Simple Management Protocol has it on a serial console.

    Lines of at most 127 bytes: two bytes that say whether a message begins, base64, a line feed.
    Inside: length, message, CRC-16/XMODEM. Source: Zephyr documentation, "SMP transport", serial.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._rest = bytearray()
        self._message = bytearray()

    def send(self, message: bytes) -> None:
        """Writes one message, line by line."""
        checked = message + struct.pack(">H", binascii.crc_hqx(message, 0))
        text = base64.b64encode(struct.pack(">H", len(checked)) + checked)
        for at in range(0, len(text), _SMP_TEXT):
            line = (_SMP_MORE if at else _SMP_START) + text[at : at + _SMP_TEXT] + b"\n"
            self._stream.write(line)

    def receive(self) -> Iterator[bytes]:
        """The messages that one read completes; a damaged one is left out, as there."""
        self._rest += self._stream.read(READ_BYTES)
        *lines, rest = self._rest.split(b"\n")
        self._rest = bytearray(rest)
        for line in lines:
            if line[:2] == _SMP_START:
                self._message.clear()
            self._message += base64.b64decode(line[2:])
            length = struct.unpack_from(">H", self._message)[0]
            if len(self._message) == 2 + length:
                content = bytes(self._message[2:])
                if binascii.crc_hqx(content, 0) == 0:
                    yield content[:-2]
