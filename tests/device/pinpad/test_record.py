import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.pinpad.record import RECORD_BYTES, Record, RecordKind, decode_log

records = st.builds(
    Record,
    kind=st.sampled_from(RecordKind),
    sequence=st.integers(0, 2**32 - 1),
    time_s=st.integers(0, 2**32 - 1),
    card_tag=st.binary(min_size=16, max_size=16),
    tries_left=st.none() | st.integers(0, 15),
)


@given(st.lists(records, max_size=5))
def test_what_was_written_is_read(written: list[Record]) -> None:
    assert list(decode_log(b"".join(each.encode() for each in written))) == written


@given(st.lists(records, min_size=1, max_size=4), st.data())
def test_any_flipped_bit_loses_that_record_and_no_other(
    written: list[Record], data: st.DataObject
) -> None:
    log = bytearray(b"".join(each.encode() for each in written))
    bit = data.draw(st.integers(0, len(log) * 8 - 1))
    log[bit // 8] ^= 1 << bit % 8
    del written[bit // 8 // RECORD_BYTES]
    assert list(decode_log(bytes(log))) == written


@pytest.mark.parametrize("size_bytes", range(RECORD_BYTES))
def test_a_torn_last_record_is_no_record(size_bytes: int) -> None:
    record = Record(RecordKind.INTENT, 1, 2, bytes(16))
    assert list(decode_log(record.encode() + record.encode()[:size_bytes])) == [record]


def test_zeroes_that_a_file_system_left_behind_are_no_record() -> None:
    assert list(decode_log(bytes(RECORD_BYTES * 3))) == []
