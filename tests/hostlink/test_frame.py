"""Frames survive any cable that may lose, repeat or damage bytes."""

import struct
import zlib

import pytest
from cobs import cobs  # type: ignore[import-untyped]  # the package ships no types
from hypothesis import given, settings
from hypothesis import strategies as st

from hostlink.errors import MalformedFrameError
from hostlink.frame import (
    MAX_ENCODED_BYTES,
    MAX_PAYLOAD_BYTES,
    Frame,
    FrameDamage,
    FrameDecoder,
    FrameType,
    decode_frame,
    encode_frame,
)

frames = st.builds(
    Frame,
    type=st.integers(0, 255),
    epoch=st.integers(0, 2**32 - 1),
    seq=st.integers(0, 2**16 - 1),
    payload=st.binary(max_size=MAX_PAYLOAD_BYTES),
)
deterministic = settings(derandomize=True, deadline=None)
EXAMPLE = Frame(FrameType.DATA, 0x01020304, 5, b"a\0b")


def decode_all(*pieces: bytes) -> list[Frame | FrameDamage]:
    decoder = FrameDecoder()
    return [found for piece in pieces for found in decoder.feed(piece)]


def raw(version: int, payload: bytes) -> bytes:
    body = struct.pack(">BBIH", version, FrameType.DATA, 1, 0) + payload
    return b"\0" + bytes(cobs.encode(body + struct.pack(">I", zlib.crc32(body)))) + b"\0"


@given(frames)
@deterministic
def test_round_trip(frame: Frame) -> None:
    assert decode_all(encode_frame(frame)) == [frame]


@given(frames)
@deterministic
def test_no_zero_byte_inside(frame: Frame) -> None:
    assert b"\0" not in encode_frame(frame)[1:-1]


@given(st.lists(frames, max_size=5), st.data())
@deterministic
def test_any_cutting_gives_the_same_frames(sent: list[Frame], data: st.DataObject) -> None:
    stream = b"".join(map(encode_frame, sent))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert decode_all(*pieces) == sent


@given(frames, st.binary(max_size=200))
@deterministic
def test_garbage_before_a_frame_never_hides_it(frame: Frame, garbage: bytes) -> None:
    assert decode_all(garbage + encode_frame(frame))[-1] == frame


def test_tail_before_the_first_delimiter_is_not_damage() -> None:
    assert decode_all(b"tail of another session" + encode_frame(EXAMPLE)) == [EXAMPLE]


def test_every_flipped_bit_is_noticed() -> None:
    encoded = encode_frame(EXAMPLE)
    for bit in range(8, 8 * (len(encoded) - 1)):
        damaged = bytearray(encoded)
        damaged[bit // 8] ^= 1 << bit % 8
        found = decode_all(b"\0", bytes(damaged))
        assert found
        assert set(found) == {FrameDamage.BROKEN}


def test_endless_run_takes_no_memory_and_counts_once() -> None:
    decoder = FrameDecoder()
    assert list(decoder.feed(b"\0")) == []
    for _ in range(100):
        assert list(decoder.feed(b"x" * 10_000)) == []
    assert len(decoder._pending) <= MAX_ENCODED_BYTES + 1
    assert list(decoder.feed(encode_frame(EXAMPLE))) == [FrameDamage.BROKEN, EXAMPLE]


def test_other_frame_version_is_told_apart_from_damage() -> None:
    assert decode_all(raw(2, b"later")) == [FrameDamage.OTHER_VERSION]


def test_payload_above_the_limit_is_damage() -> None:
    assert decode_all(raw(1, bytes(MAX_PAYLOAD_BYTES + 1))) == [FrameDamage.BROKEN]


@pytest.mark.parametrize("size", range(16))
def test_too_short(size: int) -> None:
    with pytest.raises(MalformedFrameError):
        decode_frame(bytes([1]) * size)
