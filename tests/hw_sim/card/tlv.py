"""BER-TLV objects as the card's issuer writes them.

Source: ISO/IEC 8825-1 clause 8.1; facts/card.md §3.1.
"""

from collections.abc import Sequence


def tlv(tag: int, value: bytes, *, is_long: bool = False) -> bytes:
    """One object.

    Args:
        tag: The tag as a number, e.g. 0xDF21.
        value: Up to 65,535 bytes.
        is_long: Write the length with a leading zero, which is not its shortest form: `82 00 xx`,
            or `83 00 xx xx` from 256 bytes on.
    """
    return _tag_bytes(tag) + _length(len(value), is_long=is_long) + value


def record_with_offsets(
    outer_tag: int, table_tag: int, objects: Sequence[bytes], *, is_long: bool
) -> bytes:
    """A record that begins with a table of where its objects start, counted from the file's start.

    Args:
        outer_tag: Tag of the whole record.
        table_tag: Tag of the table of big-endian 16-bit offsets.
        objects: The complete objects that follow the table.
        is_long: Write the outer length with a leading zero; see `tlv`.

    Source: facts/card.md §3.1, §3.3 (DF21), §3.4.
    """
    table_bytes = 2 * len(objects)
    content_bytes = len(tlv(table_tag, bytes(table_bytes))) + sum(map(len, objects))
    outer_header = _tag_bytes(outer_tag) + _length(content_bytes, is_long=is_long)
    offset = len(outer_header) + content_bytes - sum(map(len, objects))
    table = b""
    for encoded in objects:
        table += offset.to_bytes(2, "big")
        offset += len(encoded)
    return outer_header + tlv(table_tag, table) + b"".join(objects)


def _tag_bytes(tag: int) -> bytes:
    return tag.to_bytes(2 if tag > 0xFF else 1, "big")


def _length(length: int, *, is_long: bool) -> bytes:
    if length > 0x7F or is_long:
        count = (1 if length <= 0xFF else 2) + is_long
        return bytes((0x80 | count,)) + length.to_bytes(count, "big")
    return length.to_bytes(1, "big")
