import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.face.errors import PhotoError
from device.face.jpeg2000 import CODESTREAM_START, PhotoSize, announced_size
from tests.device.face.paper_people import RED, photo, picture

PHOTO = photo(picture((RED, 60, 80, 130), size=(320, 240)))
CODESTREAM = PHOTO[PHOTO.index(CODESTREAM_START) :]
SIZ_AT = PHOTO.index(CODESTREAM_START) + 4


def _siz(
    size: tuple[int, int] = (240, 320),
    offset: tuple[int, int] = (0, 0),
    tile: tuple[int, int] = (240, 320),
    tile_offset: tuple[int, int] = (0, 0),
    components: int = 3,
    part: bytes = b"\x07\x01\x01",
) -> bytes:
    body = struct.pack(">H8IH", 0, *size, *offset, *tile, *tile_offset, components)
    return (
        CODESTREAM_START
        + struct.pack(">H", len(body) + 2 + 3 * components)
        + body
        + (part * components)
    )


def test_a_file_and_a_bare_codestream_tell_their_size() -> None:
    assert announced_size(PHOTO) == PhotoSize(240, 320, 3)
    assert announced_size(CODESTREAM) == PhotoSize(240, 320, 3)
    assert announced_size(_siz()) == PhotoSize(240, 320, 3)


@pytest.mark.parametrize(
    "codestream",
    [
        _siz(size=(8_388_848, 320)),
        _siz(size=(240, 8_323_392)),
        _siz(size=(1201, 320), tile=(1201, 320)),
        _siz(size=(16, 320)),
        _siz(size=(4_000_000_240, 320), offset=(4_000_000_000, 0)),
        _siz(offset=(240, 0)),
        _siz(offset=(300, 0)),
        _siz(tile=(0, 320)),
        _siz(tile=(1, 1)),
        _siz(tile_offset=(5000, 0)),
        _siz(components=0),
        _siz(components=4),
        _siz(components=16384),
        _siz(part=b"\x0f\x01\x01"),
        _siz(part=b"\x07\x00\x01"),
        _siz(part=b"\x07\x02\x02"),
        _siz()[:30],
        _siz()[:-1],
    ],
)
def test_a_codestream_that_announces_too_much_is_refused(codestream: bytes) -> None:
    with pytest.raises(PhotoError):
        announced_size(codestream)


def test_the_size_in_the_file_header_is_limited_too() -> None:
    at = PHOTO.index(b"ihdr") + 4
    huge = PHOTO[:at] + struct.pack(">I", 1 << 23) + PHOTO[at + 4 :]
    with pytest.raises(PhotoError, match="range"):
        announced_size(huge)
    other = PHOTO[:at] + struct.pack(">I", 321) + PHOTO[at + 4 :]
    with pytest.raises(PhotoError, match="disagree"):
        announced_size(other)


@pytest.mark.parametrize(
    ("photo_bytes", "sentence"),
    [
        (b"", "no JPEG 2000"),
        (b"\xff\xd8\xff\xe0 a JPEG", "no JPEG 2000"),
        (PHOTO[:12], "before its picture"),
        (PHOTO[:50], "middle of a box"),
        (PHOTO[:12] + struct.pack(">I4s", 4, b"jp2h"), "middle of a box"),
        (PHOTO + bytes(64 * 1024), "too large"),
    ],
)
def test_what_is_no_photo_is_refused(photo_bytes: bytes, sentence: str) -> None:
    with pytest.raises(PhotoError, match=sentence):
        announced_size(photo_bytes)


@given(st.integers(0, SIZ_AT + 60), st.integers(0, 255))
def test_a_damaged_header_is_refused_or_within_limits(at: int, value: int) -> None:
    try:
        size = announced_size(PHOTO[:at] + bytes([value]) + PHOTO[at + 1 :])
    except PhotoError:
        return
    assert max(size.width_px, size.height_px) <= 1200
    assert size.components <= 3


@given(st.binary(max_size=300))
def test_garbage_never_breaks_the_reading(garbage: bytes) -> None:
    for start in (b"", PHOTO[:12], CODESTREAM_START):
        with pytest.raises(PhotoError):
            announced_size(start + garbage[:40])
