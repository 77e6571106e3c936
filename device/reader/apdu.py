"""Command and response APDUs as bytes.

Source: ISO/IEC 7816-4 §5.2 and §5.3.
"""

from dataclasses import dataclass, field
from typing import Self

from device.reader.errors import MalformedAnswerError
from device.reader.status_word import StatusWord

SHORT_DATA_BYTES = 255
"""Most command data a short APDU can carry."""
SHORT_ANSWER_BYTES = 256
"""Most answer data a short APDU can ask for."""


@dataclass(frozen=True, slots=True, repr=False)
class CommandApdu:
    """One command to the card. Its repr never shows the data: they may be a PIN."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes | bytearray = field(default=b"", repr=False)
    """At most 65,535 bytes."""
    ne: int = 0
    """Most answer bytes wanted, 0 (none) to 65,536."""

    def __repr__(self) -> str:
        header = f"{self.cla:02X}{self.ins:02X}{self.p1:02X}{self.p2:02X}"
        return f"CommandApdu({header}, {len(self.data)} bytes of data, ne={self.ne})"

    def encode(self) -> bytearray:
        """What to transmit: short where the lengths allow it, else extended.

        Returns:
            A buffer of its own to wipe after use; on the way no other copy of the data is made.
        """
        header = bytes((self.cla, self.ins, self.p1, self.p2))
        is_short = len(self.data) <= SHORT_DATA_BYTES and self.ne <= SHORT_ANSWER_BYTES
        lc, le = self._short_lengths() if is_short else self._extended_lengths()
        return bytearray().join((header, lc, self.data, le))

    def _short_lengths(self) -> tuple[bytes, bytes]:
        lc = bytes((len(self.data),)) if self.data else b""
        le = bytes((self.ne % SHORT_ANSWER_BYTES,)) if self.ne else b""
        return lc, le

    def _extended_lengths(self) -> tuple[bytes, bytes]:
        lc = b"\x00" + len(self.data).to_bytes(2, "big") if self.data else b""
        le = (self.ne % 65_536).to_bytes(2, "big") if self.ne else b""
        if le and not lc:
            le = b"\x00" + le
        return lc, le


@dataclass(frozen=True, slots=True)
class ResponseApdu:
    """One answer of the card."""

    data: bytes = field(repr=False)
    status_word: StatusWord

    @classmethod
    def decode(cls, answer: bytes) -> Self:
        """Splits the card's bytes into data and status word.

        Raises:
            MalformedAnswerError: there are not even two bytes.
        """
        if len(answer) < 2:
            raise MalformedAnswerError("answer without status word")
        return cls(bytes(answer[:-2]), StatusWord(int.from_bytes(answer[-2:], "big")))
