"""One record of the attempt log, as it is sealed: 24 bytes.

kind u8 | tries left u8 (255 = not told) | 0 u16 | time u32 (Unix s) | card tag 16 bytes
                                                                              (big endian)
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Self

_BODY = struct.Struct(">BBHI16s")
_TRIES_NOT_TOLD = 255

BODY_BYTES = _BODY.size
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
    """The card told its tries when they were not known, or not as they were left."""
    LOST = 6
    """The log before this was damaged: of no card is anything known."""
    WITHDRAWN = 7
    """The PIN of the intent before was not sent; the tries are those of before that."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened to one card."""

    kind: RecordKind
    time_s: int
    """Unix time (s) by the reader's own clock, which may have been wrong."""
    card_tag: bytes
    """16 bytes that recognise a card without telling whose it is; zeros where it is about all."""
    tries_left: int | None = None
    """What the card said, or None if it did not."""

    def encode(self) -> bytes:
        """The 24 bytes on disk."""
        tries = _TRIES_NOT_TOLD if self.tries_left is None else self.tries_left
        return _BODY.pack(self.kind, tries, 0, self.time_s, self.card_tag)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """What `encode` gave.

        Raises:
            ValueError: No record of this version.
        """
        kind, tries, _, time_s, card_tag = _BODY.unpack(body)
        return cls(RecordKind(kind), time_s, card_tag, None if tries == _TRIES_NOT_TOLD else tries)
