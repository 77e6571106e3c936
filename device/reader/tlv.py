"""BER-TLV headers as My Number cards write them.

Real cards use short, long and non-minimal long lengths for the same file, and fill the file
with FF after its object, so lengths are taken as written and nothing is read behind them.

Source: ISO/IEC 7816-4 §5.2.2 (BER-TLV); facts/card.md §3.1.
"""

from dataclasses import dataclass, field

from device.reader.errors import MalformedAnswerError

_MAX_TAG_BYTES = 3
_MAX_LENGTH_BYTES = 4
_FILLER = 0xFF


@dataclass(frozen=True, slots=True)
class TlvHeader:
    """Tag and length of one data object; its value may not have been read yet."""

    tag: int
    """All tag bytes as one number, e.g. 0xDF27."""
    value_offset: int
    """Where the value begins, bytes from the start of the data given."""
    value_bytes: int
    """Length of the value as the card states it; nothing says that it is there."""

    @property
    def end_offset(self) -> int:
        """Where the object ends, bytes from the start of the data given."""
        return self.value_offset + self.value_bytes


@dataclass(frozen=True, slots=True)
class BerTlv:
    """One whole data object."""

    tag: int
    value: bytes = field(repr=False)


def read_header(data: bytes, offset: int = 0) -> TlvHeader:
    """Tag and length of the data object at `offset`.

    Raises:
        MalformedAnswerError: the header is cut off, of indefinite length or absurdly long.
    """
    tag, offset = _read_tag(data, offset)
    value_bytes, offset = _read_length(data, offset)
    return TlvHeader(tag, offset, value_bytes)


def read_object(data: bytes, offset: int = 0) -> BerTlv:
    """The whole data object at `offset`; what follows it (filler, other objects) is ignored.

    Raises:
        MalformedAnswerError: the object is cut off or its header is wrong.
    """
    header = read_header(data, offset)
    if header.end_offset > len(data):
        raise MalformedAnswerError("data object is cut off")
    return BerTlv(header.tag, data[header.value_offset : header.end_offset])


def _read_tag(data: bytes, offset: int) -> tuple[int, int]:
    tag = _byte_at(data, offset)
    if tag & 0x1F != 0x1F:
        return tag, offset + 1
    for position in range(offset + 1, offset + _MAX_TAG_BYTES):
        byte = _byte_at(data, position)
        if tag == _FILLER and byte == _FILLER:
            raise MalformedAnswerError("filler where a data object should be")
        tag = tag << 8 | byte
        if not byte & 0x80:
            return tag, position + 1
    raise MalformedAnswerError("tag is too long")


def _read_length(data: bytes, offset: int) -> tuple[int, int]:
    first = _byte_at(data, offset)
    if first < 0x80:
        return first, offset + 1
    count = first & 0x7F
    if not 1 <= count <= _MAX_LENGTH_BYTES:
        raise MalformedAnswerError("length is indefinite or too long")
    end = offset + 1 + count
    _byte_at(data, end - 1)
    return int.from_bytes(data[offset + 1 : end], "big"), end


def _byte_at(data: bytes, offset: int) -> int:
    if offset >= len(data):
        raise MalformedAnswerError("data object is cut off")
    return data[offset]
