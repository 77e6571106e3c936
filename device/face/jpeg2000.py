"""Reads the announced size of a JPEG 2000 picture before any decoder sees it.

Decoders allocate and loop by these numbers: two well-kept ones hang on a 20 kB file that announces
8 million columns (facts/face.md §8.2). So a picture that announces too much is refused here.

Source: ISO/IEC 15444-1 Annex A.5.1 (SIZ) and Annex I.5.3.1 (ihdr).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from device.face.errors import PhotoError

MAX_FILE_BYTES = 64 * 1024
MAX_SIDE_PX = 1200
MIN_SIDE_PX = 32
MAX_COMPONENTS = 3
MAX_TILES = 64
BITS_PER_COMPONENT = 8

SIGNATURE_BOX = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
CODESTREAM_START = b"\xff\x4f\xff\x51"
"""Markers SOC and SIZ."""
SIZ = struct.Struct(">HHIIIIIIIIH")


@dataclass(frozen=True, slots=True)
class PhotoSize:
    """What a picture announces."""

    width_px: int
    """Columns."""
    height_px: int
    """Rows."""
    components: int
    """1 = grey, 3 = colour."""


def announced_size(photo: bytes) -> PhotoSize:
    """Reads and limits the announced size.

    Args:
        photo: a JP2 file or a bare codestream.

    Returns:
        The size, within all limits.

    Raises:
        PhotoError: if it is no JPEG 2000, or too large in any way.
    """
    if len(photo) > MAX_FILE_BYTES:
        raise PhotoError("the photo file is too large")
    if photo.startswith(CODESTREAM_START):
        return _codestream_size(photo)
    if not photo.startswith(SIGNATURE_BOX):
        raise PhotoError("the photo is no JPEG 2000 picture")
    header: PhotoSize | None = None
    for kind, body in _boxes(photo):
        if kind == b"jp2h":
            header = _header_size(body)
        elif kind == b"jp2c":
            size = _codestream_size(body)
            if header != size:
                raise PhotoError("the photo's two headers disagree")
            return size
    raise PhotoError("the photo ends before its picture begins")


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes of one level: type and content; a box of length 0 goes on to the end."""
    at = 0
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        body = 8
        if length == 1 and at + 16 <= len(content):
            (length,) = struct.unpack_from(">Q", content, at + 8)
            body = 16
        end = at + length if length else len(content)
        if end > len(content) or end < at + body:
            raise PhotoError("the photo ends in the middle of a box")
        yield kind, content[at + body : end]
        at = end


def _header_size(body: bytes) -> PhotoSize:
    for kind, content in _boxes(body):
        if kind == b"ihdr" and len(content) == 14:
            height, width, components = struct.unpack_from(">IIH", content)
            return _limited(PhotoSize(width, height, components))
    raise PhotoError("the photo has no image header")


def _codestream_size(content: bytes) -> PhotoSize:
    if not content.startswith(CODESTREAM_START) or len(content) < 4 + SIZ.size:
        raise PhotoError("the photo has no codestream")
    length, _, right, bottom, left, top, tile_w, tile_h, tile_x, tile_y, components = (
        SIZ.unpack_from(content, 4)
    )
    size = _limited(PhotoSize(right - left, bottom - top, components))
    # The offsets are bounded too, since tiles are counted from the reference grid's origin.
    if max(right, bottom, tile_x, tile_y) > MAX_SIDE_PX or not tile_w or not tile_h:
        raise PhotoError("the photo announces an impossible grid")
    tiles = -(-(right - tile_x) // tile_w) * -(-(bottom - tile_y) // tile_h)
    parts = content[4 + SIZ.size : 4 + length]
    if tiles > MAX_TILES or length != SIZ.size + 3 * components or len(parts) < 3 * components:
        raise PhotoError("the photo announces an impossible grid")
    if parts != bytes([BITS_PER_COMPONENT - 1, 1, 1]) * components:
        raise PhotoError("the photo is not of 8 bits and full size in every component")
    return size


def _limited(size: PhotoSize) -> PhotoSize:
    sides = (size.width_px, size.height_px)
    if not MIN_SIDE_PX <= min(sides) <= max(sides) <= MAX_SIDE_PX:
        raise PhotoError("the photo's width or height is out of range")
    if not 1 <= size.components <= MAX_COMPONENTS:
        raise PhotoError("the photo has an impossible number of components")
    return size
