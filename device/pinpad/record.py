"""One record of the attempt log: 32 bytes that tell their own damage.

kind u8 | tries left u8 (255 = not told) | 0 u16 | sequence u32 | time u32 (Unix s)
| card tag 16 bytes | CRC-32 u32                                     (big endian)
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, unique
from zlib import crc32

_BODY = struct.Struct(">BBHII16s")
_CRC = struct.Struct(">I")
_TRIES_NOT_TOLD = 255

RECORD_BYTES = _BODY.size + _CRC.size
CARD_TAG_BYTES = 16


@unique
class RecordKind(IntEnum):
    """What happened. The values are on disk: never reuse one."""

    INTENT = 1
    """A PIN is about to be sent to the card."""
    ACCEPTED = 2
    REJECTED = 3
    BLOCKED = 4
    """The card refuses PINs: that says nothing about the one sent."""
    ASKED = 5
    """The card told its tries when an earlier outcome was not known."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened to one card."""

    kind: RecordKind
    sequence: int
    """Counts up from record to record."""
    time_s: int
    """Unix time (s) by the reader's own clock, which may have been wrong."""
    card_tag: bytes
    """16 bytes that recognise a card without telling whose it is."""
    tries_left: int | None = None
    """What the card said, or None if it did not."""

    def encode(self) -> bytes:
        """The 32 bytes on disk."""
        tries = _TRIES_NOT_TOLD if self.tries_left is None else self.tries_left
        body = _BODY.pack(self.kind, tries, 0, self.sequence, self.time_s, self.card_tag)
        return body + _CRC.pack(crc32(body))


def decode_log(data: bytes) -> Iterator[Record]:
    """All intact records, in order.

    A damaged record is passed over. Losing an outcome makes an attempt look unsettled, and the
    card is asked again; losing an intent whose outcome is there loses nothing.
    """
    for start in range(0, len(data) - RECORD_BYTES + 1, RECORD_BYTES):
        record = _decode(data[start : start + RECORD_BYTES])
        if record is not None:
            yield record


def _decode(data: bytes) -> Record | None:
    body, crc = data[: _BODY.size], data[_BODY.size :]
    if _CRC.pack(crc32(body)) != crc:
        return None
    kind, tries, _, sequence, time_s, card_tag = _BODY.unpack(body)
    try:
        known_kind = RecordKind(kind)
    except ValueError:
        return None
    tries_left = None if tries == _TRIES_NOT_TOLD else tries
    return Record(known_kind, sequence, time_s, card_tag, tries_left)
