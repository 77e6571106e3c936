"""Data objects that must fill their place exactly: nothing between them, nothing behind.

What is signed must be read in one way only, so here no filler is forgiven.

Source: facts/card.md §3.3, §3.7.
"""

from device.reader.errors import MalformedAnswerError
from device.reader.tlv import read_header


def read_sequence(data: bytes, *tags: int) -> tuple[bytes, ...]:
    """The values of the objects that `data` consists of.

    Args:
        data: the objects end to end, and not a byte more.
        tags: the tag of each object, in their order.

    Raises:
        MalformedAnswerError: other objects, or other bytes besides them.
    """
    values = []
    position = 0
    for tag in tags:
        header = read_header(data, position)
        if header.tag != tag:
            raise MalformedAnswerError("another data object than expected")
        values.append(data[header.value_offset : header.end_offset])
        position = header.end_offset
    if position != len(data):
        raise MalformedAnswerError("data objects do not fill their place")
    return tuple(values)
