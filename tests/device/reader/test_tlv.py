import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.reader.errors import MalformedAnswerError
from device.reader.tlv import BerTlv, TlvHeader, read_header, read_object

LOW_TAGS = st.integers(0, 0xFE).filter(lambda tag: tag & 0x1F != 0x1F)
HIGH_TAGS = st.tuples(
    st.sampled_from([0x1F, 0x3F, 0x5F, 0x7F, 0x9F, 0xDF, 0xFF]), st.integers(0, 0x7F)
).map(lambda pair: pair[0] << 8 | pair[1])


def encode(tag: int, value: bytes, length_bytes: int) -> bytes:
    """An object whose length is written with so many bytes; 0 = short form."""
    tag_bytes = tag.to_bytes(2 if tag > 0xFF else 1, "big")
    if length_bytes == 0:
        return tag_bytes + bytes((len(value),)) + value
    length = bytes((0x80 | length_bytes,)) + len(value).to_bytes(length_bytes, "big")
    return tag_bytes + length + value


@given(
    tag=LOW_TAGS | HIGH_TAGS,
    value=st.binary(max_size=127),
    length_bytes=st.integers(0, 4),
    before=st.binary(max_size=9),
    filler=st.integers(0, 20),
)
def test_every_way_to_write_a_length(
    tag: int, value: bytes, length_bytes: int, before: bytes, filler: int
) -> None:
    data = before + encode(tag, value, length_bytes) + b"\xff" * filler
    assert read_object(data, len(before)) == BerTlv(tag, value)


@given(value=st.binary(min_size=256, max_size=700))
def test_long_values(value: bytes) -> None:
    assert read_object(encode(0xDF27, value, 2)) == BerTlv(0xDF27, value)


def test_header_alone_is_enough() -> None:
    header = read_header(bytes.fromhex("FF2082006581"))
    assert header == TlvHeader(0xFF20, value_offset=5, value_bytes=0x65)
    assert header.end_offset == 0x6A


@pytest.mark.parametrize(
    "data",
    [
        "",
        "DF",
        "DF27",
        "DF2782",
        "DF278201",
        "DF2780",  # indefinite
        "DF27850000000001",
        "DFFFFFFF01",  # tag of too many bytes
        "FFFFFFFFFF",  # filler
    ],
)
def test_wrong_headers(data: str) -> None:
    with pytest.raises(MalformedAnswerError):
        read_header(bytes.fromhex(data))


def test_cut_off_value() -> None:
    with pytest.raises(MalformedAnswerError):
        read_object(bytes.fromhex("DF2203AABB"))


@given(data=st.binary(max_size=40), offset=st.integers(0, 50))
def test_hostile_bytes_end_in_a_value_or_our_error(data: bytes, offset: int) -> None:
    try:
        value = read_object(data, offset).value
    except MalformedAnswerError:
        return
    assert value in data
