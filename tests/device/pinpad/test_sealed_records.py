"""A power cut and a hand are told apart, whatever either does to the file."""

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.pinpad.sealed_records import ReadBack, RecordSeal

SEAL = RecordSeal(bytes(range(32)), body_bytes=5)
SIZE = SEAL.record_bytes
BODIES = (b"first", b"secnd", b"third", b"forth")
FILE = b"".join(SEAL.seal(7 + place, body) for place, body in enumerate(BODIES))


def with_right_checksums(data: bytes) -> bytes:
    """What somebody writes who knows the form and not the key."""
    records = (data[start : start + SIZE] for start in range(0, len(data), SIZE))
    return b"".join(each[:-4] + crc32(each[:-4]).to_bytes(4, "big") for each in records)


@given(st.lists(st.binary(min_size=5, max_size=5), max_size=6), st.integers(1, 2**31))
def test_what_was_written_is_read(bodies: list[bytes], first: int) -> None:
    data = b"".join(SEAL.seal(first + place, body) for place, body in enumerate(bodies))
    last = first + len(bodies) - 1 if bodies else 0
    assert SEAL.read(data) == ReadBack(tuple(bodies), last)


def test_a_record_has_as_many_bytes_as_are_said() -> None:
    assert len(FILE) == SIZE * len(BODIES) == 21 * 4


@pytest.mark.parametrize("left", range(1, SIZE))
@pytest.mark.parametrize("fill", [b"", b"\0", b"\xff"])
def test_a_last_record_of_which_part_was_written_is_torn(left: int, fill: bytes) -> None:
    begun = FILE[: 2 * SIZE + left]
    data = begun.ljust(3 * SIZE, fill) if fill else begun
    assert SEAL.read(data) == ReadBack(BODIES[:2], 8, is_torn=True)


@pytest.mark.parametrize("bit", range(8 * 3 * SIZE))
def test_any_bit_turned_before_the_last_record_is_damage(bit: int) -> None:
    data = bytearray(FILE)
    data[bit // 8] ^= 1 << bit % 8
    read = SEAL.read(bytes(data))
    assert read.is_damaged
    assert not read.is_torn
    assert read.bodies == BODIES[: bit // 8 // SIZE]


@pytest.mark.parametrize("bit", range(8 * (SIZE - 4)))
def test_no_record_is_forged_by_mending_its_checksum(bit: int) -> None:
    data = bytearray(FILE)
    data[3 * SIZE + bit // 8] ^= 1 << bit % 8
    assert SEAL.read(with_right_checksums(bytes(data))) == ReadBack(BODIES[:3], 9, is_damaged=True)


@pytest.mark.parametrize("order", [(0, 2, 3), (0, 2, 1, 3), (0, 1, 1, 2), (1, 0)])
def test_records_left_out_moved_or_repeated_are_damage(order: tuple[int, ...]) -> None:
    data = b"".join(FILE[place * SIZE : (place + 1) * SIZE] for place in order)
    assert SEAL.read(data).is_damaged


def test_another_readers_records_are_damage() -> None:
    other = RecordSeal(bytes(32), body_bytes=5)
    assert other.read(FILE) == ReadBack(is_damaged=True)


def test_zeros_that_a_file_system_left_are_torn_where_one_record_lay_and_damage_beyond() -> None:
    assert SEAL.read(FILE + bytes(SIZE)) == ReadBack(BODIES, 10, is_torn=True)
    assert SEAL.read(FILE + bytes(2 * SIZE)) == ReadBack(BODIES, 10, is_damaged=True)
