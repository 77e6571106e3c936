"""Records on a disk that tell a power cut from a hand.

sequence u32 | body | authentication code 8 bytes | CRC-32 u32                   (big endian)

A power cut harms only what was being written: the last record, which then is too short or fails
its checksum. It is *torn*, and nothing that matters can have happened after it. Everything else
is *damage*: a bad record with others behind it, one whose checksum fits and whose code does not,
one that is missing between two others. No power cut leaves that; a hand or a dying medium does.

Source: facts/security.md §3.3.
"""

import hmac
import struct
from dataclasses import dataclass
from zlib import crc32

_SEQUENCE = struct.Struct(">I")
_CRC = struct.Struct(">I")
_CODE_BYTES = 8


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a file of records holds."""

    bodies: tuple[bytes, ...] = ()
    """The intact ones from the beginning, in order."""
    last_sequence: int = 0
    """Number of the last of them; 0 where there is none."""
    is_torn: bool = False
    """Its last record was being written when the power went."""
    is_damaged: bool = False
    """Something no power cut does: `bodies` ends before it."""


class RecordSeal:
    """Seals the records of one kind of file, and reads them back."""

    def __init__(self, key: bytes, body_bytes: int) -> None:
        """Takes the key of this kind of file, 32 bytes, and the length of each body."""
        self._key = key
        self._body_bytes = body_bytes
        self.record_bytes = _SEQUENCE.size + body_bytes + _CODE_BYTES + _CRC.size

    def seal(self, sequence: int, body: bytes) -> bytes:
        """One record as it lies on the disk."""
        numbered = _SEQUENCE.pack(sequence) + body
        sealed = numbered + self._code(numbered)
        return sealed + _CRC.pack(crc32(sealed))

    def read(self, data: bytes) -> ReadBack:
        """Everything up to the first record that is not whole. Numbers rise by one each time."""
        bodies: list[bytes] = []
        sequence = 0
        for start in range(0, len(data), self.record_bytes):
            record = data[start : start + self.record_bytes]
            if not self._is_whole(record):
                is_last = start + self.record_bytes >= len(data)
                return ReadBack(tuple(bodies), sequence, is_torn=is_last, is_damaged=not is_last)
            (number,) = _SEQUENCE.unpack_from(record)
            if not self._is_ours(record) or (bodies and number != sequence + 1):
                return ReadBack(tuple(bodies), sequence, is_damaged=True)
            sequence = number
            bodies.append(record[_SEQUENCE.size : _SEQUENCE.size + self._body_bytes])
        return ReadBack(tuple(bodies), sequence)

    def _is_whole(self, record: bytes) -> bool:
        sealed, crc = record[: -_CRC.size], record[-_CRC.size :]
        return len(record) == self.record_bytes and crc == _CRC.pack(crc32(sealed))

    def _is_ours(self, record: bytes) -> bool:
        numbered_bytes = _SEQUENCE.size + self._body_bytes
        numbered, rest = record[:numbered_bytes], record[numbered_bytes:]
        return hmac.compare_digest(rest[:_CODE_BYTES], self._code(numbered))

    def _code(self, numbered: bytes) -> bytes:
        return hmac.digest(self._key, numbered, "sha256")[:_CODE_BYTES]
