"""A blank 1-bit PNG: it stands for the picture of the 12-digit number, which nobody may read.

Source: W3C PNG (third edition) clause 11; facts/card.md §3.3.
"""

import struct
import zlib


def blank_png(width_px: int, height_px: int) -> bytes:
    """A white black-and-white picture of the given size."""
    header = struct.pack(">IIBBBBB", width_px, height_px, 1, 0, 0, 0, 0)
    row = b"\x00" + b"\xff" * ((width_px + 7) // 8)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(row * height_px))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
